// Is this text UTF-8? Used wherever bytes from outside enter (files, requests), so that what
// reaches the database can always be stored and sent back. Pure functions, any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace bgerp {

/// The index of the first byte that is not well-formed UTF-8 (RFC 3629: no overlong forms, no
/// surrogates, nothing above U+10FFFF), or nothing when all of `text` is.
[[nodiscard]] std::optional<std::size_t> utf8_error_at(std::string_view text);

/// The number of characters (code points) in well-formed `text`.
[[nodiscard]] std::size_t utf8_length(std::string_view text);

} // namespace bgerp
