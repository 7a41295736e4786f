// Answers that are files: whole or, for a client that lost the connection, a range. Opening blocks;
// sending is the session's.
#pragma once

#include "server/middleware/call.hpp"

#include <string>

namespace bgerp::server {

/// The file at `path` as `name`, honouring a Range of one stretch (206, or 416 outside the file).
/// not_found when it isn't there.
[[nodiscard]] Result<http::Response> download(
    const Call& call,
    const std::string& path,
    const std::string& content_type,
    const std::string& name
);

} // namespace bgerp::server
