// PostgREST's query grammar, the part that one table needs:
//   col=eq.5  col=not.in.(a,b,"c,d")  or=(a.gt.1,and(b.is.null,c.like.x*))
//   select=a,b  order=a.desc,b  limit=50  cursor=…
// Pure code; bounded in depth and number.
#pragma once

#include "base/error.hpp"
#include "tenant_db/data/data_query.hpp"

#include <string>
#include <utility>
#include <vector>

namespace bgerp::data {

inline constexpr std::size_t rows_max = 1000; // of one page

/// From decoded query parameters. Every parameter that isn't one of the words above is a filter on
/// the column of its name; several on one column must all hold. invalid_argument with the
/// parameter's name.
[[nodiscard]] Result<DataQuery>
parse_query(const std::vector<std::pair<std::string, std::string>>& parameters);

} // namespace bgerp::data
