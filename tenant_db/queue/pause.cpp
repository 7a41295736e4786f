#include "tenant_db/queue/pause.hpp"

#include "tenant_db/queue/union_slices.hpp"

namespace bgerp::queue {

namespace {

constexpr std::size_t name_bytes_max = 255;

} // namespace

Result<void>
pause_queue(mysql::Session& session, const QueueSchema& schema, const std::string& queue) {
    if (queue.empty() || queue.size() > name_bytes_max) {
        return fail(ErrorCode::invalid_argument, "a queue's name has 1 to 255 bytes", "queue");
    }
    session.execute( // PRIMARY (queue)
        "INSERT INTO " + schema("queue_pause") +
            " (queue) VALUES (?) ON DUPLICATE KEY UPDATE queue = queue",
        {queue}
    );
    return {};
}

void resume_queue(mysql::Session& session, const QueueSchema& schema, const std::string& queue) {
    session.execute("DELETE FROM " + schema("queue_pause") + " WHERE queue = ?", {queue});
}

std::vector<std::string> paused_queues(mysql::Session& session, const QueueSchema& schema) {
    std::vector<std::string> queues;
    session.query( // the whole of a tiny table, along PRIMARY
        "SELECT queue FROM " + schema("queue_pause") + " ORDER BY queue LIMIT 1000",
        {},
        [&](const mysql::Row& row) { queues.push_back(row.text(0)); }
    );
    return queues;
}

std::vector<std::vector<std::string>>
paused_queues(mysql::Pool& pool, Deadline deadline, const std::vector<std::string>& databases) {
    std::vector<std::vector<std::string>> queues(databases.size());
    in_union_slices(databases, [&](std::size_t from, std::size_t to) {
        std::string sql; // each part the whole of a tiny table, along PRIMARY
        for (std::size_t i = from; i < to; ++i) {
            sql += std::string(i == from ? "" : " UNION ALL ") + "(SELECT " + std::to_string(i) +
                   ", queue FROM " + QueueSchema::of(databases[i])("queue_pause") + " LIMIT 1000)";
        }
        pool.acquire(deadline)->query(sql, {}, [&](const mysql::Row& row) {
            queues[static_cast<std::size_t>(row.u64(0))].push_back(row.text(1));
        });
    });
    return queues;
}

} // namespace bgerp::queue
