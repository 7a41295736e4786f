#include "tenant_db/data/cursor.hpp"

#include "base/json.hpp"
#include "base/signed_text.hpp"

namespace bgerp::data {

namespace {

Json condition_json(const Condition& condition) {
    Json parts = Json::array();
    for (const Condition& part : condition.parts) {
        parts.push_back(condition_json(part));
    }
    return Json::array(
        {static_cast<int>(condition.kind),
         condition.negated,
         std::move(parts),
         condition.column,
         static_cast<int>(condition.op),
         condition.values}
    );
}

} // namespace

std::string
cursor_scope(const std::string& database, const std::string& table, const DataQuery& query) {
    Json order = Json::array();
    for (const OrderTerm& term : query.order) {
        order.push_back({term.column, term.descending});
    }
    return to_text(Json::array({database, table, condition_json(query.where), std::move(order)}));
}

std::string
encode_cursor(const CursorValues& values, const std::string& scope, const std::string& key) {
    Json list = Json::array();
    for (const auto& value : values) {
        list.push_back(value ? Json(*value) : Json());
    }
    return sign_text(to_text(list), scope, key);
}

Result<CursorValues>
decode_cursor(const std::string& cursor, const std::string& scope, const std::string& key) {
    const auto refused =
        fail(ErrorCode::invalid_argument, "the cursor was not made for this query", "cursor");
    const auto text = open_signed_text(cursor, scope, key);
    if (!text) {
        return refused;
    }
    const auto list = parse_json(*text);
    if (!list || !list->is_array()) {
        return refused;
    }
    CursorValues values;
    for (const Json& value : *list) {
        values.push_back(
            value.is_string() ? std::optional(value.get<std::string>()) : std::nullopt
        );
    }
    return values;
}

} // namespace bgerp::data
