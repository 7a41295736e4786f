// A caller's text as a value of a column, checked before it reaches the database: there a text that
// is no number would compare as 0, and one that is no date might be an error or not, depending on
// the server. Pure code.
#pragma once

#include "base/error.hpp"
#include "tenant_db/data/table_shape.hpp"

#include <string>

namespace bgerp::data {

/// The text to bind. Times may be RFC 3339 in UTC; booleans true or false. invalid_argument with
/// the column's name.
[[nodiscard]] Result<std::string> bindable(const Column& column, const std::string& value);

} // namespace bgerp::data
