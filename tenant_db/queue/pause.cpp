#include "tenant_db/queue/pause.hpp"

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

} // namespace bgerp::queue
