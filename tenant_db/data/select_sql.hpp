// One SELECT out of what a caller wants and the table's shape. Every column in it is the shape's
// own name in backticks, every value is bound. Pure code.
#pragma once

#include "tenant_db/data/cursor.hpp"
#include "tenant_db/data/data_query.hpp"
#include "tenant_db/data/table_shape.hpp"

#include <string>
#include <vector>

namespace bgerp::data {

struct Select {
    std::string sql;
    std::vector<std::string> values; // for its `?`, in order
};

/// The order's columns and after them those of the primary key that aren't there yet, so that no
/// two rows are equal in it. invalid_argument for a column that isn't the table's.
[[nodiscard]] Result<std::vector<OrderTerm>>
complete_order(const TableShape& shape, const std::vector<OrderTerm>& order);

/// Columns of the answer: those selected, or all. invalid_argument, field `select`.
[[nodiscard]] Result<std::vector<const Column*>>
selected_columns(const TableShape& shape, const DataQuery& query);

/// Selects `query.select` (or all), then the order's columns, of one row more than the limit (to
/// see whether there is a next page). `query.order` must be complete; `after` is empty or has one
/// value for each of its columns. invalid_argument with the column's name.
[[nodiscard]] Result<Select>
compose_select(const TableShape& shape, const DataQuery& query, const CursorValues& after);

/// SELECT COUNT(*) of the conditions alone.
[[nodiscard]] Result<Select> compose_count(const TableShape& shape, const DataQuery& query);

} // namespace bgerp::data
