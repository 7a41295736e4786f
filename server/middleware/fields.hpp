// What a JSON body may hold: each endpoint lists its fields once, and checking, refusing of
// unknown ones and the OpenAPI document follow from the list. Pure code.
#pragma once

#include "base/json.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bgerp::server {

enum class FieldType { text, integer, boolean, object, texts, integers, objects, anything };

struct Field {
    std::string_view name;
    FieldType type = FieldType::text;
    bool required = false;
    std::int64_t min = 0; // of a number; of a text's bytes; of a list's entries
    std::int64_t max = std::numeric_limits<std::int32_t>::max();
};

/// Checks that `body` is an object with no other fields than these, of their types and sizes.
/// Null counts as not given. invalid_argument with the field's name; `path` goes before it.
[[nodiscard]] Result<void>
check_fields(const Json& body, std::span<const Field> fields, const std::string& path = {});

/// The value of a field that check_fields() passed; nothing when it isn't given.
[[nodiscard]] std::optional<std::string> text_field(const Json& body, const char* name);
[[nodiscard]] std::optional<std::int64_t> integer_field(const Json& body, const char* name);
[[nodiscard]] bool boolean_field(const Json& body, const char* name, bool otherwise);

/// The value itself, or null.
[[nodiscard]] const Json& json_field(const Json& body, const char* name);

} // namespace bgerp::server
