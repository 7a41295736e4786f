// Imports of files: upload, order, look, fetch the errors file. Blocking.
#pragma once

#include "server/middleware/call.hpp"

#include <array>

namespace bgerp::server {

inline constexpr std::array import_order_query{
    QueryParam{"to", "what it loads: employees, customers, …"},
    QueryParam{"mode", "insert (default) or upsert"},
    QueryParam{"dry_run", "true: check, and change nothing"},
    QueryParam{"map", "JSON object: column of the file → field"},
    QueryParam{"name", "the file's name, for people"},
    QueryParam{"queue", "of the job; default"},
};

inline constexpr std::array import_query{
    QueryParam{"before", "imports older than this id"},
    QueryParam{"limit", "1 to 200; 50"},
};

/// POST /imports: the body is the file → 202 {"id","job"} with Location.
[[nodiscard]] Result<http::Response> create_import(Call& call);

/// GET /imports
[[nodiscard]] Result<http::Response> list_imports(Call& call);

/// GET /imports/{id}
[[nodiscard]] Result<http::Response> show_import(Call& call);

/// GET /imports/{id}/errors: the rejected rows as CSV. not_found when there are none.
[[nodiscard]] Result<http::Response> download_import_errors(Call& call);

} // namespace bgerp::server
