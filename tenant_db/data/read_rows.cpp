#include "tenant_db/data/read_rows.hpp"

#include "tenant_db/data/cursor.hpp"
#include "tenant_db/data/select_sql.hpp"

namespace bgerp::data {

namespace {

mysql::Params params_of(const Select& select) {
    mysql::Params params;
    params.reserve(select.values.size());
    for (const std::string& value : select.values) {
        params.emplace_back(value);
    }
    return params;
}

// "2026-10-01 09:00:00.000000" → "2026-10-01T09:00:00Z".
std::string rfc3339(std::string text) {
    if (const std::size_t space = text.find(' '); space != std::string::npos) {
        text[space] = 'T';
    }
    if (text.find('.') != std::string::npos) {
        text.erase(text.find_last_not_of('0') + 1);
        if (text.ends_with('.')) {
            text.pop_back();
        }
    }
    return text + "Z";
}

Json value_of(const mysql::Row& row, unsigned index, const Column& column) {
    if (row.is_null(index)) {
        return nullptr;
    }
    switch (column.kind) {
    case ColumnKind::integer: {
        const std::string text = row.text(index); // signed or not, all 64 bits
        return text.starts_with('-') ? Json(row.i64(index)) : Json(row.u64(index));
    }
    case ColumnKind::boolean:
        return row.i64(index) != 0;
    case ColumnKind::date_time:
        return rfc3339(row.text(index));
    case ColumnKind::json:
        return parse_json(row.text(index)).value_or(Json());
    default:
        return row.text(index);
    }
}

} // namespace

Result<Page> read_page(
    mysql::Session& session,
    const std::string& database,
    const TableShape& shape,
    DataQuery query,
    const std::string& key
) {
    auto order = complete_order(shape, query.order);
    if (!order) {
        return tl::unexpected<Error>(std::move(order.error()));
    }
    query.order = std::move(*order);
    const std::string scope = cursor_scope(database, shape.table, query);
    CursorValues after;
    if (!query.cursor.empty()) {
        auto decoded = decode_cursor(query.cursor, scope, key);
        if (!decoded) {
            return tl::unexpected<Error>(std::move(decoded.error()));
        }
        after = std::move(*decoded);
    }
    const auto columns = selected_columns(shape, query);
    const auto select = compose_select(shape, query, after);
    if (!select) {
        return tl::unexpected<Error>(select.error());
    }
    Page page;
    CursorValues last;
    session.query(select->sql, params_of(*select), [&](const mysql::Row& row) {
        if (page.rows.size() == query.limit) { // the one row more: there is a next page
            page.next = encode_cursor(last, scope, key);
            return;
        }
        Json object = Json::object();
        unsigned index = 0;
        for (const Column* column : *columns) {
            object[column->name] = value_of(row, index++, *column);
        }
        last.clear();
        for (std::size_t i = 0; i < query.order.size(); ++i) {
            last.push_back(row.optional_text(index++));
        }
        page.rows.push_back(std::move(object));
    });
    return page;
}

Result<std::int64_t>
count_rows(mysql::Session& session, const TableShape& shape, const DataQuery& query) {
    const auto select = compose_count(shape, query);
    if (!select) {
        return tl::unexpected<Error>(select.error());
    }
    return session
        .query_one(
            select->sql,
            params_of(*select),
            [](const mysql::Row& row) { return row.i64(0); }
        )
        .value_or(0);
}

} // namespace bgerp::data
