// The fields of a message's head in the order they came, found without regard to case. A value
// type, small enough that a walk beats a map. Not thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace bgerp::http {

/// True when the two are equal but for the case of ASCII letters.
[[nodiscard]] bool equal_ignoring_case(std::string_view a, std::string_view b);

class Headers {
public:
    struct Field {
        std::string name;
        std::string value;
    };

    void add(std::string name, std::string value) {
        fields_.push_back({std::move(name), std::move(value)});
    }

    /// Replaces every field of that name.
    void set(std::string_view name, std::string value);

    /// The first value, or an empty text when there is none.
    [[nodiscard]] std::string_view find(std::string_view name) const;

    [[nodiscard]] std::size_t count(std::string_view name) const;

    [[nodiscard]] auto begin() const { return fields_.begin(); }

    [[nodiscard]] auto end() const { return fields_.end(); }

private:
    std::vector<Field> fields_;
};

} // namespace bgerp::http
