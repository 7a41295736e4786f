#include "tenant_db/queue/inspect.hpp"

#include <map>

namespace bgerp::queue {

std::vector<QueueStats> queue_stats(mysql::Session& session, const QueueSchema& schema) {
    std::map<std::string, QueueStats> by_queue;
    const auto stats_of = [&](const std::string& queue) -> QueueStats& {
        QueueStats& stats = by_queue[queue];
        stats.queue = queue;
        return stats;
    };
    // A scan along PRIMARY (queue, …), grouped as it goes: exact, and as long as the backlog. READ
    // COMMITTED, no locks.
    session.query(
        "SELECT queue,"
        " SUM(reserved_at IS NULL AND available_at <= UNIX_TIMESTAMP()),"
        " SUM(reserved_at IS NULL AND available_at > UNIX_TIMESTAMP()),"
        " SUM(reserved_at IS NOT NULL),"
        " COALESCE(UNIX_TIMESTAMP() - MIN(IF(reserved_at IS NULL"
        " AND available_at <= UNIX_TIMESTAMP(), available_at, NULL)), 0) FROM " +
            schema("jobs") + " GROUP BY queue",
        {},
        [&](const mysql::Row& row) {
            QueueStats& stats = stats_of(row.text(0));
            stats.available = row.i64(1);
            stats.scheduled = row.i64(2);
            stats.running = row.i64(3);
            stats.oldest_wait_s = row.i64(4);
        }
    );
    session.query(
        "SELECT queue, COUNT(*) FROM " + schema("job_delayed") + " GROUP BY queue",
        {},
        [&](const mysql::Row& row) { stats_of(row.text(0)).scheduled += row.i64(1); }
    );
    session.query( // a scan: as long as what is held back
        "SELECT queue, COUNT(*) FROM " + schema("job_blocked") + " GROUP BY queue",
        {},
        [&](const mysql::Row& row) { stats_of(row.text(0)).blocked = row.i64(1); }
    );
    std::vector<QueueStats> all;
    for (auto& [queue, stats] : by_queue) {
        all.push_back(std::move(stats));
    }
    return all;
}

Json stats_to_json(const QueueStats& stats) {
    return {
        {"queue", stats.queue},
        {"available", stats.available},
        {"scheduled", stats.scheduled},
        {"running", stats.running},
        {"blocked", stats.blocked},
        {"oldest_wait_s", stats.oldest_wait_s}};
}

} // namespace bgerp::queue
