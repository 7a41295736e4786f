// Tables of the organization's modules as resources, in PostgREST's grammar (tenant_db/data).
// Reading alone: rows are written through the modules, which know their rules. Blocking.
#pragma once

#include "server/middleware/call.hpp"

#include <array>

namespace bgerp::server {

inline constexpr std::array data_query{
    QueryParam{"select", "columns, with commas; all"},
    QueryParam{"order", "column.asc or column.desc, with commas; the primary key"},
    QueryParam{"limit", "1 to 1000; 100"},
    QueryParam{"cursor", "of the page before, from its Link"},
    QueryParam{"and", "(a.eq.1,b.gt.2)"},
    QueryParam{"or", "(a.eq.1,b.gt.2)"},
    QueryParam{"{column}", "eq.5, neq, gt, gte, lt, lte, like.x*, ilike, in.(a,b), is.null; not.…"},
};

/// GET /data
[[nodiscard]] Result<http::Response> list_resources(Call& call);

/// GET /data/{table}: an array, with Link to the next page, and Content-Range for
/// `Prefer: count=exact`.
[[nodiscard]] Result<http::Response> read_table(Call& call);

/// GET /data/{table}/{id}: by the primary key, where that is one column.
[[nodiscard]] Result<http::Response> read_row(Call& call);

} // namespace bgerp::server
