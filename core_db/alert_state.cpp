#include "core_db/alert_state.hpp"

namespace bgerp::core_db {

namespace {

// All by PRIMARY (rule, org_code, queue), one row.
constexpr const char* of_key = " WHERE rule = ? AND org_code = ? AND queue = ?";

mysql::Params params_of(const AlertKey& key) {
    return {key.rule, key.org, key.queue};
}

} // namespace

void alert_holds(mysql::Session& session, const AlertKey& key, std::int64_t value) {
    session.execute(
        "INSERT INTO firing_alert (rule, org_code, queue, value, began_at, held_at)"
        " VALUES (?, ?, ?, ?, UTC_TIMESTAMP(), UTC_TIMESTAMP())"
        " ON DUPLICATE KEY UPDATE value = VALUES(value), held_at = VALUES(held_at)",
        {key.rule, key.org, key.queue, value}
    );
}

std::vector<FiringAlert> firing_alerts(mysql::Session& session, const std::string& org) {
    std::vector<FiringAlert> alerts;
    session.query( // the whole table, which is small
        "SELECT rule, org_code, queue, value, TIMESTAMPDIFF(SECOND, held_at, UTC_TIMESTAMP()),"
        " told, tries, DATE_FORMAT(began_at, '%Y-%m-%dT%H:%i:%sZ') FROM firing_alert"
        " WHERE ? = '' OR org_code = ? ORDER BY began_at, rule, org_code, queue LIMIT 10000",
        {org, org},
        [&](const mysql::Row& row) {
            FiringAlert alert;
            alert.key = {row.text(0), row.text(1), row.text(2)};
            alert.value = row.i64(3);
            alert.quiet_s = row.i64(4);
            alert.told = row.i64(5) != 0;
            alert.tries = row.i64(6);
            alert.began_at = row.text(7);
            alerts.push_back(std::move(alert));
        }
    );
    return alerts;
}

void alert_told(mysql::Session& session, const AlertKey& key) {
    session.execute(
        std::string("UPDATE firing_alert SET told = 1, tries = 0") + of_key,
        params_of(key)
    );
}

void alert_not_told(mysql::Session& session, const AlertKey& key) {
    session.execute(
        std::string("UPDATE firing_alert SET tries = tries + 1") + of_key,
        params_of(key)
    );
}

void forget_alert(mysql::Session& session, const AlertKey& key) {
    session.execute(std::string("DELETE FROM firing_alert") + of_key, params_of(key));
}

} // namespace bgerp::core_db
