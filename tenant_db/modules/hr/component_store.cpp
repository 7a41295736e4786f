#include "tenant_db/modules/hr/component_store.hpp"

namespace bgerp::hr {

namespace {

// A few rows; read whole, without a lock.
constexpr const char* load_sql =
    "SELECT code, side, CAST(definition AS CHAR), active FROM salary_component "
    "ORDER BY position, code";

constexpr const char* seed_sql =
    "INSERT INTO salary_component (code, side, definition, position) VALUES (?, ?, ?, ?) "
    "ON DUPLICATE KEY UPDATE code = code";

} // namespace

Result<SalaryComponents> load_components(mysql::Session& session) {
    Json list = Json::array();
    bool touched = false;
    std::optional<Error> unreadable;
    session.query(load_sql, {}, [&](const mysql::Row& row) {
        touched = true;
        if (row.i64(3) == 0) {
            return;
        }
        auto definition = parse_json(row.text(2));
        if (!definition || !definition->is_object()) {
            unreadable = Error{
                ErrorCode::invalid_argument,
                "the definition of component " + row.text(0) + " is not an object",
                "definition",
                {}};
            return;
        }
        (*definition)["code"] = row.text(0);
        (*definition)["side"] = row.text(1);
        list.push_back(std::move(*definition));
    });
    if (unreadable) {
        return tl::unexpected<Error>(*unreadable);
    }
    return touched ? components_from_json(list) : Result<SalaryComponents>(default_components());
}

void seed_components(mysql::Session& session) {
    const auto count =
        session.query_one("SELECT COUNT(*) FROM salary_component", {}, [](const mysql::Row& row) {
            return row.i64(0);
        });
    if (count.value_or(0) > 0) {
        return;
    }
    const Json components = components_to_json(default_components());
    std::int64_t position = 0;
    for (const Json& component : components) {
        const auto& code = component["code"].get_ref<const std::string&>();
        const auto& side = component["side"].get_ref<const std::string&>();
        session.execute(seed_sql, {code, side, to_text(component), ++position});
    }
}

} // namespace bgerp::hr
