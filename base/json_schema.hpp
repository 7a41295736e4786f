// What a JSON value must look like: a JSON Schema (draft 4: type, properties, required,
// additionalProperties, items, enum, minimum, maximum, minLength, maxLength, pattern, allOf, anyOf,
// oneOf, not and references within the document). Used for the arguments of jobs. Immutable,
// thread-safe. RapidJSON does the work and stays in the .cpp.
#pragma once

#include "base/json.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace bgerp {

class JsonSchema {
public:
    /// invalid_argument for a text that isn't a JSON object.
    [[nodiscard]] static Result<JsonSchema> compile(std::string_view text);

    /// invalid_argument with the place of the first thing that is wrong as field
    /// ("lines[3].amount", empty for the value itself); the message names the rule and never the
    /// value.
    [[nodiscard]] Result<void> check(const Json& value) const;

private:
    struct Compiled;

    explicit JsonSchema(std::shared_ptr<const Compiled> compiled)
        : compiled_(std::move(compiled)) {}

    std::shared_ptr<const Compiled> compiled_;
};

} // namespace bgerp
