#include "tenant_db/queue/queue_load.hpp"

#include "tenant_db/queue/union_slices.hpp"

#include <algorithm>
#include <optional>
#include <set>

namespace bgerp::queue {

namespace {

constexpr std::size_t queues_max = 1000;
constexpr int priorities_max = 100;
constexpr const char* waits = " AND reserved_at IS NULL AND available_at <= UNIX_TIMESTAMP()";

// Each of these is a step along PRIMARY (queue, priority, id) that ends at its first row.

std::optional<std::string>
next_queue(mysql::Session& session, const QueueSchema& schema, const std::string& after) {
    return session.query_one(
        "SELECT queue FROM " + schema("jobs") +
            " FORCE INDEX (PRIMARY) WHERE queue > ? ORDER BY queue LIMIT 1",
        {after},
        [](const mysql::Row& row) { return row.text(0); }
    );
}

std::optional<std::int64_t> next_priority(
    mysql::Session& session, const QueueSchema& schema, const std::string& queue, std::int64_t after
) {
    return session.query_one(
        "SELECT priority FROM " + schema("jobs") +
            " FORCE INDEX (PRIMARY) WHERE queue = ? AND priority > ? ORDER BY priority LIMIT 1",
        {queue, after},
        [](const mysql::Row& row) { return row.i64(0); }
    );
}

// Steps over those that are reserved.
std::optional<std::int64_t> wait_of_first(
    mysql::Session& session,
    const QueueSchema& schema,
    const std::string& queue,
    std::int64_t priority
) {
    return session.query_one(
        "SELECT CAST(UNIX_TIMESTAMP() AS SIGNED) - available_at FROM " + schema("jobs") +
            " FORCE INDEX (PRIMARY) WHERE queue = ? AND priority = ?" + waits +
            " ORDER BY id LIMIT 1",
        {queue, priority},
        [](const mysql::Row& row) { return row.i64(0); }
    );
}

std::int64_t count_waiting(
    mysql::Session& session,
    const QueueSchema& schema,
    const std::string& queue,
    std::int64_t count_max
) {
    return session
        .query_one(
            "SELECT COUNT(*) FROM (SELECT 1 FROM " + schema("jobs") +
                " FORCE INDEX (PRIMARY) WHERE queue = ?" + waits + " LIMIT ?) AS waiting",
            {queue, count_max},
            [](const mysql::Row& row) { return row.i64(0); }
        )
        .value_or(0);
}

} // namespace

std::vector<QueueLoad>
queue_loads(mysql::Session& session, const QueueSchema& schema, std::int64_t count_max) {
    constexpr std::int64_t before_all = -32769;
    std::vector<QueueLoad> loads;
    auto queue = next_queue(session, schema, "");
    for (std::size_t i = 0; i < queues_max && queue; ++i) {
        QueueLoad load{*queue, 0, 0};
        bool any = false;
        auto priority = next_priority(session, schema, *queue, before_all);
        for (int k = 0; k < priorities_max && priority; ++k) {
            if (const auto wait_s = wait_of_first(session, schema, *queue, *priority)) {
                any = true;
                load.oldest_wait_s = std::max(load.oldest_wait_s, *wait_s);
            }
            priority = next_priority(session, schema, *queue, *priority);
        }
        if (any) {
            if (count_max > 0) {
                load.waiting = count_waiting(session, schema, *queue, count_max);
            }
            loads.push_back(std::move(load));
        }
        queue = next_queue(session, schema, *queue);
    }
    return loads;
}

std::vector<std::string> databases_with_load(
    mysql::Pool& pool,
    Deadline deadline,
    const std::vector<std::string>& databases,
    std::chrono::minutes last
) {
    std::set<std::size_t> found;
    in_union_slices(databases, [&](std::size_t from, std::size_t to) {
        std::string sql;
        mysql::Params params;
        for (std::size_t i = from; i < to; ++i) {
            const QueueSchema schema = QueueSchema::of(databases[i]);
            const std::string number = std::to_string(i);
            // PRIMARY of each, the first row that there is.
            sql += (i == from ? "" : " UNION ALL ") + ("(SELECT " + number + " FROM ") +
                   schema("jobs") + " FORCE INDEX (PRIMARY) LIMIT 1) UNION ALL (SELECT " + number +
                   " FROM " + schema("job_stat") +
                   " FORCE INDEX (PRIMARY) WHERE minute >= UNIX_TIMESTAMP() DIV 60 - ? LIMIT 1)";
            params.emplace_back(last.count());
        }
        pool.acquire(deadline)->query(sql, params, [&](const mysql::Row& row) {
            found.insert(static_cast<std::size_t>(row.u64(0)));
        });
    });
    std::vector<std::string> names;
    for (const std::size_t i : found) {
        names.push_back(databases[i]);
    }
    return names;
}

} // namespace bgerp::queue
