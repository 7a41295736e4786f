// JSON as all programs read it: with a limit on nesting, because whoever walks or prints a value
// recurses. Used for job payloads, request bodies and options. Thread-safe.
#pragma once

#include "base/error.hpp"

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace bgerp {

using Json = nlohmann::json;

/// Deeper than any payload a person wrote, far from where the stack ends.
inline constexpr int json_depth_max = 64;

/// Parses a whole document. invalid_argument when it isn't JSON (with the byte's offset), isn't
/// UTF-8, or nests deeper than `depth_max`. Not blocking.
[[nodiscard]] Result<Json> parse_json(std::string_view text, int depth_max = json_depth_max);

/// Serialises; bytes that aren't UTF-8 become U+FFFD instead of an exception.
[[nodiscard]] std::string to_text(const Json& value, int indent = -1);

} // namespace bgerp
