// Where a page ended: the values of the order's columns in its last row, signed together with the
// query, so that a cursor can neither be made up nor used for another query or tenant. Pure code.
#pragma once

#include "base/error.hpp"
#include "tenant_db/data/data_query.hpp"

#include <optional>
#include <string>
#include <vector>

namespace bgerp::data {

/// One value of each column of the complete order; nothing is NULL.
using CursorValues = std::vector<std::optional<std::string>>;

/// What a cursor is good for: database, table, conditions and complete order as one text.
[[nodiscard]] std::string
cursor_scope(const std::string& database, const std::string& table, const DataQuery& query);

/// Letters, digits, '-' and '_': safe in a URL.
[[nodiscard]] std::string
encode_cursor(const CursorValues& values, const std::string& scope, const std::string& key);

/// invalid_argument, field `cursor`, when it isn't ours or was made for another scope.
[[nodiscard]] Result<CursorValues>
decode_cursor(const std::string& cursor, const std::string& scope, const std::string& key);

} // namespace bgerp::data
