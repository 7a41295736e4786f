// Access tokens of the caller's organization, for programs. A token can't give another one more
// than it has. Blocking.
#pragma once

#include "server/middleware/call.hpp"

#include <array>

namespace bgerp::server {

inline constexpr std::array token_fields{
    Field{"name", FieldType::text, true, 1, 190},
    Field{"abilities", FieldType::texts, true, 1, 100},
    Field{"days", FieldType::integer, false, 1, 3650},
};

/// GET /tokens: without their texts, which nobody has.
[[nodiscard]] Result<http::Response> list_tokens(Call& call);

/// POST /tokens → 201; the text is in the answer and nowhere else.
[[nodiscard]] Result<http::Response> create_token(Call& call);

/// DELETE /tokens/{id}
[[nodiscard]] Result<http::Response> revoke_token(Call& call);

} // namespace bgerp::server
