// The conditions of PostgREST's grammar: `eq.5`, `not.in.(1,2)`, `(a.eq.1,or(…))`. Part of
// parse_query. Pure code.
#pragma once

#include "base/error.hpp"
#include "tenant_db/data/data_query.hpp"

#include <string>

namespace bgerp::data {

/// A parameter: of a column's name (`5` of `a=gt.5` needs no quotes, whatever it holds), or and,
/// or, not.and, not.or with a list in parentheses. invalid_argument.
[[nodiscard]] Result<Condition> parse_filter(const std::string& name, const std::string& value);

} // namespace bgerp::data
