#include "core_db/worker_registry.hpp"

namespace bgerp::core_db {

void register_worker(mysql::Session& session, const WorkerProcess& worker) {
    session.execute(
        "DELETE FROM worker_process WHERE heartbeat_at < UTC_TIMESTAMP(6) - INTERVAL 1 DAY"
    );
    session.execute(
        "INSERT INTO worker_process (id, host, pid, doorbell_host, doorbell_port, heartbeat_at) "
        "VALUES (?, ?, ?, ?, ?, UTC_TIMESTAMP(6)) ON DUPLICATE KEY UPDATE host = VALUES(host), "
        "pid = VALUES(pid), doorbell_host = VALUES(doorbell_host), "
        "doorbell_port = VALUES(doorbell_port), heartbeat_at = VALUES(heartbeat_at)",
        {worker.id, worker.host, worker.pid, worker.doorbell_host, worker.doorbell_port}
    );
}

bool heartbeat_worker(mysql::Session& session, const std::string& id) {
    return session.execute(
               "UPDATE worker_process SET heartbeat_at = UTC_TIMESTAMP(6) WHERE id = ?",
               {id}
           ) == 1;
}

void unregister_worker(mysql::Session& session, const std::string& id) {
    session.execute("DELETE FROM worker_process WHERE id = ?", {id});
}

std::vector<WorkerProcess> list_workers(mysql::Session& session, std::chrono::seconds alive_for) {
    std::vector<WorkerProcess> all;
    session.query( // a range of worker_process_heartbeat; a few dozen rows
        "SELECT id, host, pid, doorbell_host, doorbell_port, "
        "DATE_FORMAT(started_at, '%Y-%m-%dT%H:%i:%sZ'), "
        "DATE_FORMAT(heartbeat_at, '%Y-%m-%dT%H:%i:%sZ') FROM worker_process "
        "WHERE heartbeat_at >= UTC_TIMESTAMP(6) - INTERVAL ? SECOND ORDER BY started_at, id",
        {alive_for.count()},
        [&](const mysql::Row& row) {
            all.push_back(
                {row.text(0),
                 row.text(1),
                 row.u64(2),
                 row.text(3),
                 row.u64(4),
                 row.text(5),
                 row.text(6)}
            );
        }
    );
    return all;
}

} // namespace bgerp::core_db
