// A value bound to a `?` of a statement. Texts are borrowed: they must outlive the call they are
// passed to, nothing more.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

namespace bgerp::mysql {

class Param {
public:
    using Value = std::variant<std::nullptr_t, std::int64_t, std::uint64_t, std::string_view>;

    Param(std::nullptr_t) // NOLINT(google-explicit-constructor): a parameter list reads as values
        : value_(nullptr) {}

    template <class Number, std::enable_if_t<std::is_integral_v<Number>, int> = 0>
    Param(Number number) { // NOLINT(google-explicit-constructor)
        if constexpr (std::is_signed_v<Number>) {
            value_ = static_cast<std::int64_t>(number);
        } else {
            value_ = static_cast<std::uint64_t>(number);
        }
    }

    Param(std::string_view text) // NOLINT(google-explicit-constructor)
        : value_(text) {}

    Param(const std::string& text) // NOLINT(google-explicit-constructor)
        : value_(std::string_view(text)) {}

    Param(const char* text) // NOLINT(google-explicit-constructor)
        : value_(std::string_view(text)) {}

    template <class T>
    Param(const std::optional<T>& value) // NOLINT(google-explicit-constructor)
        : value_(value ? Param(*value).value_ : Value(nullptr)) {}

    [[nodiscard]] const Value& value() const { return value_; }

private:
    Value value_;
};

using Params = std::vector<Param>;

} // namespace bgerp::mysql
