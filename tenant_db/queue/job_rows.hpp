// Putting rows into jobs and job_delayed, whoever does it: a caller who enqueues, an attempt that
// backs off, a time that has come, a failed job's second chance. Used by the queue's implementation
// alone. Blocking.
#pragma once

#include "base/mysql/session.hpp"
#include "tenant_db/queue/schema.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bgerp::queue {

struct JobRow {
    std::uint64_t id = 0; // set by insert_job_rows for rows with flags
    std::string queue;
    std::int64_t priority = 0;
    std::string payload;
    std::int64_t attempts = 0;
    std::int64_t delay_s = 0;               // 0: into jobs, otherwise into job_delayed
    std::optional<std::int64_t> created_at; // the database's now when not set
    std::int64_t rescues = 0;
    std::int64_t flags = 0;
    std::int64_t interruptions = 0;
    std::string uuid; // not a column: of rows with flags
};

/// Inserts all rows in multi-row statements of bounded size and sets the ids of those with flags.
/// Locks the new entries alone.
void insert_job_rows(mysql::Session& session, const QueueSchema& schema, std::vector<JobRow>& rows);

} // namespace bgerp::queue
