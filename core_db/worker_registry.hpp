// Which workers run, and where their doorbells listen: the rows of worker_process. A worker writes
// its row at start, renews it every few seconds and deletes it at the end; one that died is known
// by its old heartbeat, by the database's clock. Blocking; everything throws
// mysql::DatabaseError.
#pragma once

#include "base/mysql/session.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace bgerp::core_db {

struct WorkerProcess {
    std::string id; // a UUID
    std::string host;
    std::uint64_t pid = 0;
    std::string doorbell_host;
    std::uint64_t doorbell_port = 0;
    std::string started_at;   // filled in by list_workers
    std::string heartbeat_at; // filled in by list_workers
};

/// Writes the worker's row, and clears away rows of workers dead for a day.
void register_worker(mysql::Session& session, const WorkerProcess& worker);

/// False when the row is gone: register again.
[[nodiscard]] bool heartbeat_worker(mysql::Session& session, const std::string& id);

void unregister_worker(mysql::Session& session, const std::string& id);

/// Workers whose last heartbeat is younger than `alive_for`, oldest first.
[[nodiscard]] std::vector<WorkerProcess>
list_workers(mysql::Session& session, std::chrono::seconds alive_for);

} // namespace bgerp::core_db
