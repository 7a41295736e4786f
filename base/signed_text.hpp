// A text that a client keeps for us and can't make up or change: hexadecimal, signed with
// HMAC-SHA-256 together with what it is good for. The client can read it, so it holds no secret.
// Cursors of lists and the leases of remote workers are such. Thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace bgerp {

/// Lower-case hexadecimal digits: safe in a URL.
[[nodiscard]] std::string
sign_text(std::string_view text, std::string_view scope, std::string_view key);

/// The text, or nothing when it wasn't sealed with this key for this scope.
[[nodiscard]] std::optional<std::string>
open_signed_text(std::string_view sealed, std::string_view scope, std::string_view key);

} // namespace bgerp
