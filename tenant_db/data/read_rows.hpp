// Reads a page of a table as JSON. Integers are numbers, decimals text (no binary floating point),
// dates YYYY-MM-DD, times RFC 3339 in UTC, JSON columns themselves. Blocking; reads at READ
// COMMITTED, locks nothing.
#pragma once

#include "base/json.hpp"
#include "base/mysql/session.hpp"
#include "tenant_db/data/data_query.hpp"
#include "tenant_db/data/table_shape.hpp"

#include <cstdint>
#include <string>

namespace bgerp::data {

struct Page {
    Json rows = Json::array();
    std::string next; // the cursor of the next page; empty: this was the last
};

/// `database` is the session's, `key` signs cursors. invalid_argument with the field as parse_query
/// and select_sql say.
[[nodiscard]] Result<Page> read_page(
    mysql::Session& session,
    const std::string& database,
    const TableShape& shape,
    DataQuery query,
    const std::string& key
);

/// How many rows the conditions hold for. Walks them all.
[[nodiscard]] Result<std::int64_t>
count_rows(mysql::Session& session, const TableShape& shape, const DataQuery& query);

} // namespace bgerp::data
