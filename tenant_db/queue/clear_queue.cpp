#include "tenant_db/queue/inspect.hpp"
#include "tenant_db/queue/job_end.hpp"

namespace bgerp::queue {

namespace {

constexpr std::size_t rows_max = 500; // of one transaction

struct Cleared {
    std::size_t rows = 0;
    ToSettle to_settle;
};

// One table's waiting rows of the queue: locks the first ones exclusively, steps over those that
// others hold, deletes them one by one by full primary key. READ COMMITTED.
Cleared clear_some(
    mysql::Transaction& transaction,
    const QueueSchema& schema,
    const std::string& queue,
    const std::string& select,
    const std::string& delete_by_key
) {
    struct Waiting {
        std::int64_t first_key = 0; // priority or available_at
        std::uint64_t id = 0;
        std::int64_t flags = 0;
        std::string payload;
    };

    std::vector<Waiting> rows;
    transaction.query(select, {queue, rows_max}, [&](const mysql::Row& row) {
        rows.push_back({row.i64(0), row.u64(1), row.i64(2), row.text(3)});
    });
    std::vector<EndedJob> ended;
    for (const Waiting& row : rows) {
        transaction.execute(delete_by_key, {queue, row.first_key, row.id});
        ended.push_back({row.flags, JobOutcome::cancelled, row.payload, {}, {}, {}, {}});
    }
    return {rows.size(), record_ends(transaction, schema, ended)};
}

std::size_t clear_table(
    mysql::Pool& pool,
    Deadline deadline,
    const QueueSchema& schema,
    const std::string& queue,
    const std::string& select,
    const std::string& delete_by_key
) {
    std::size_t cleared = 0;
    for (;;) {
        const Cleared step =
            mysql::with_transaction(pool, deadline, [&](mysql::Transaction& transaction) {
                return clear_some(transaction, schema, queue, select, delete_by_key);
            });
        settle_all(pool, deadline, schema, step.to_settle);
        cleared += step.rows;
        if (step.rows < rows_max) {
            return cleared;
        }
    }
}

} // namespace

std::size_t clear_queue(
    mysql::Pool& pool, Deadline deadline, const QueueSchema& schema, const std::string& queue
) {
    // Delayed ones first: what becomes due meanwhile is met in jobs.
    const std::size_t delayed = clear_table(
        pool,
        deadline,
        schema,
        queue,
        "SELECT available_at, id, flags, IF(flags = 0, '', payload) FROM " + schema("job_delayed") +
            " FORCE INDEX (PRIMARY) WHERE queue = ? ORDER BY available_at, id LIMIT ?"
            " FOR UPDATE SKIP LOCKED",
        "DELETE " + schema("job_delayed") + " FROM " + schema("job_delayed") +
            " FORCE INDEX (PRIMARY) WHERE queue = ? AND available_at = ? AND id = ?"
    );
    const std::size_t waiting = clear_table(
        pool,
        deadline,
        schema,
        queue,
        "SELECT priority, id, flags, IF(flags = 0, '', payload) FROM " + schema("jobs") +
            " FORCE INDEX (PRIMARY) WHERE queue = ? AND reserved_at IS NULL"
            " ORDER BY priority, id LIMIT ? FOR UPDATE SKIP LOCKED",
        "DELETE " + schema("jobs") + " FROM " + schema("jobs") +
            " FORCE INDEX (PRIMARY) WHERE queue = ? AND priority = ? AND id = ?"
    );
    // Held back by a limit; no two have the same id.
    const std::size_t blocked = clear_table(
        pool,
        deadline,
        schema,
        queue,
        "SELECT priority, id, flags, IF(flags = 0, '', payload) FROM " + schema("job_blocked") +
            " FORCE INDEX (PRIMARY) WHERE queue = ? ORDER BY key_hash, priority, id LIMIT ?"
            " FOR UPDATE SKIP LOCKED",
        "DELETE " + schema("job_blocked") + " FROM " + schema("job_blocked") +
            " FORCE INDEX (job_blocked_id) WHERE queue = ? AND priority = ? AND id = ?"
    );
    return delayed + waiting + blocked;
}

} // namespace bgerp::queue
