#include "tenant_db/queue/probe.hpp"

#include "tenant_db/queue/remote_queue.hpp"
#include "tenant_db/queue/union_slices.hpp"

namespace bgerp::queue {

namespace {

constexpr std::size_t queues_max = 1000;

// What the sweep's account may read can't tell a Laravel worker's reservation from an expired
// lease: such a row may bring a worker here for nothing. reserve() knows better.
constexpr const char* reservable =
    "available_at <= UNIX_TIMESTAMP() AND (reserved_at IS NULL OR"
    " ABS(CAST(reserved_at AS SIGNED) - CAST(UNIX_TIMESTAMP() AS SIGNED)) > ?)";

// The first entries of jobs' PRIMARY (queue, …) and of job_delayed's (available_at, id). The server
// reads a MIN at the head of an index while it plans, which costs it a third of what a condition
// and LIMIT 1 do: this is what an idle worker asks all day. READ COMMITTED, no locks.
std::string first_rows_part(std::size_t index, const std::string& database) {
    const QueueSchema schema = QueueSchema::of(database);
    const std::string number = std::to_string(index);
    return "SELECT " + number + ", 0, MIN(queue) IS NOT NULL FROM " + schema("jobs") +
           " FORCE INDEX (PRIMARY) UNION ALL SELECT " + number +
           ", 1, MIN(available_at) <= UNIX_TIMESTAMP() FROM " + schema("job_delayed") +
           " FORCE INDEX (PRIMARY)";
}

// The next queue beyond a name that has work, by PRIMARY (queue, …): stops at its first row. Queues
// of remote workers are not ours to look into: two ranges of the key leave them out. No locks.
std::string queue_part(std::size_t index, const std::string& database) {
    return "(SELECT " + std::to_string(index) + ", queue FROM " +
           QueueSchema::of(database)("jobs") + " FORCE INDEX (PRIMARY) WHERE queue > ? AND " +
           not_a_remote_queue + " AND " + reservable + " ORDER BY queue LIMIT 1)";
}

} // namespace

std::vector<WorkFound> probe_for_work(
    mysql::Pool& sweep_pool, Deadline deadline, const std::vector<std::string>& databases
) {
    std::vector<WorkFound> all(databases.size());
    in_union_slices(databases, [&](std::size_t from, std::size_t to) {
        std::string sql;
        for (std::size_t i = from; i < to; ++i) {
            sql += (i == from ? "" : " UNION ALL ") + first_rows_part(i, databases[i]);
        }
        sweep_pool.acquire(deadline)->query(sql, {}, [&](const mysql::Row& row) {
            WorkFound& found = all[static_cast<std::size_t>(row.u64(0))];
            (row.i64(1) == 0 ? found.jobs : found.due) = row.optional_i64(2).value_or(0) != 0;
        });
    });
    std::vector<WorkFound> with_work;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (all[i].jobs || all[i].due) {
            with_work.push_back({databases[i], all[i].jobs, all[i].due});
        }
    }
    return with_work;
}

std::vector<std::vector<std::string>> queues_with_work(
    mysql::Pool& sweep_pool,
    Deadline deadline,
    const std::vector<std::string>& databases,
    const LeaseRules& rules
) {
    std::vector<std::vector<std::string>> queues(databases.size());
    std::vector<std::size_t> asked(databases.size()); // those that may have one queue more
    for (std::size_t i = 0; i < asked.size(); ++i) {
        asked[i] = i;
    }
    for (std::size_t steps = 0; steps < queues_max && !asked.empty(); ++steps) {
        std::vector<std::string> names;
        for (const std::size_t i : asked) {
            names.push_back(databases[i]);
        }
        std::vector<std::size_t> answered;
        in_union_slices(names, [&](std::size_t from, std::size_t to) {
            std::string sql;
            mysql::Params params;
            for (std::size_t k = from; k < to; ++k) {
                const auto& known = queues[asked[k]];
                sql += (k == from ? "" : " UNION ALL ") + queue_part(asked[k], names[k]);
                params.emplace_back(known.empty() ? std::string_view("") : known.back());
                params.emplace_back(rules.lease_s);
            }
            sweep_pool.acquire(deadline)->query(sql, params, [&](const mysql::Row& row) {
                answered.push_back(static_cast<std::size_t>(row.u64(0)));
                queues[answered.back()].push_back(row.text(1));
            });
        });
        asked = std::move(answered);
    }
    return queues;
}

} // namespace bgerp::queue
