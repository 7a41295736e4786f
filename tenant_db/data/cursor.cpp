#include "tenant_db/data/cursor.hpp"

#include "base/crypto.hpp"
#include "base/json.hpp"

namespace bgerp::data {

namespace {

constexpr std::size_t signature_size = 64; // hexadecimal SHA-256

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

std::optional<std::string> from_hex(const std::string& hex) {
    std::string bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        const std::string pair = hex.substr(i, 2);
        if (pair.find_first_not_of("0123456789abcdef") != std::string::npos) {
            return std::nullopt;
        }
        bytes.push_back(static_cast<char>(std::stoi(pair, nullptr, 16)));
    }
    return hex.size() % 2 == 0 ? std::optional(bytes) : std::nullopt;
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
    const std::string text = to_text(list);
    return hmac_sha256_hex(key, scope + "\n" + text) +
           to_hex(reinterpret_cast<const unsigned char*>(text.data()), text.size());
}

Result<CursorValues>
decode_cursor(const std::string& cursor, const std::string& scope, const std::string& key) {
    const auto refused =
        fail(ErrorCode::invalid_argument, "the cursor was not made for this query", "cursor");
    if (cursor.size() < signature_size) {
        return refused;
    }
    const auto text = from_hex(cursor.substr(signature_size));
    if (!text || !equal_constant_time(
                     cursor.substr(0, signature_size),
                     hmac_sha256_hex(key, scope + "\n" + *text)
                 )) {
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
