#include "core_db/lease.hpp"

namespace bgerp::core_db {

namespace {

// All three go by the primary key and lock that one row.
constexpr const char* take_expired = "UPDATE lease SET owner = ?, epoch = epoch + 1, "
                                     "expires_at = UTC_TIMESTAMP(6) + INTERVAL ? MICROSECOND "
                                     "WHERE name = ? AND expires_at <= UTC_TIMESTAMP(6)";
constexpr const char* take_new = "INSERT IGNORE INTO lease (name, owner, epoch, expires_at) "
                                 "VALUES (?, ?, 1, UTC_TIMESTAMP(6) + INTERVAL ? MICROSECOND)";
constexpr const char* extend =
    "UPDATE lease SET expires_at = UTC_TIMESTAMP(6) + INTERVAL ? MICROSECOND "
    "WHERE name = ? AND owner = ? AND epoch = ?";
// The row stays, so that the epoch goes on growing.
constexpr const char* let_go = "UPDATE lease SET owner = '', expires_at = UTC_TIMESTAMP(6) "
                               "WHERE name = ? AND owner = ? AND epoch = ?";

std::int64_t microseconds(std::chrono::milliseconds duration) {
    return std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
}

} // namespace

std::string lease_table_body() {
    return "name VARCHAR(190) NOT NULL,\n"
           "owner VARCHAR(64) NOT NULL,\n"
           "epoch BIGINT UNSIGNED NOT NULL,\n"
           "expires_at DATETIME(6) NOT NULL,\n"
           "PRIMARY KEY (name)";
}

std::optional<Lease> acquire_lease(
    mysql::Session& session,
    const std::string& name,
    const std::string& owner,
    std::chrono::milliseconds duration
) {
    const std::int64_t for_us = microseconds(duration);
    const bool taken = session.execute(take_expired, {owner, for_us, name}) == 1 ||
                       session.execute(take_new, {name, owner, for_us}) == 1;
    if (!taken) {
        return std::nullopt;
    }
    const auto epoch = session.query_one(
        "SELECT epoch FROM lease WHERE name = ? AND owner = ?",
        {name, owner},
        [](const mysql::Row& row) { return row.u64(0); }
    );
    if (!epoch) { // ran out and was taken between the two statements
        return std::nullopt;
    }
    return Lease{name, owner, *epoch};
}

bool renew_lease(mysql::Session& session, const Lease& lease, std::chrono::milliseconds duration) {
    const mysql::Params params{microseconds(duration), lease.name, lease.owner, lease.epoch};
    return session.execute(extend, params) == 1;
}

void release_lease(mysql::Session& session, const Lease& lease) {
    session.execute(let_go, {lease.name, lease.owner, lease.epoch});
}

} // namespace bgerp::core_db
