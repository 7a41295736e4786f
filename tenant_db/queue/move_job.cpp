#include "tenant_db/queue/fence_groups.hpp"
#include "tenant_db/queue/job_rows.hpp"
#include "tenant_db/queue/lifecycle.hpp"
#include "tenant_db/queue/payload.hpp"
#include "tenant_db/queue/run_record.hpp"

#include <algorithm>

namespace bgerp::queue {

Result<void> move_if_mine(
    mysql::Pool& pool,
    Deadline deadline,
    const QueueSchema& schema,
    const ReservedJob& job,
    const std::string& queue
) {
    return mysql::with_transaction(pool, deadline, [&](mysql::Transaction& t) -> Result<void> {
        if (!delete_if_mine(t, schema, job)) { // the queue is part of the key: the row can't stay
            return lease_lost();
        }
        JobRow row;
        row.queue = queue;
        row.priority = job.key.priority;
        row.payload = job.payload;
        row.attempts = std::max<std::int64_t>(job.fence.attempts, 1) - 1;
        row.created_at = job.created_at;
        row.rescues = job.rescues;
        row.interruptions = job.interruptions;
        row.flags = job.flags;
        if ((job.flags & flag_tracked) != 0) {
            row.uuid = envelope_uuid(job.payload);
        }
        std::vector<JobRow> rows{std::move(row)};
        insert_job_rows(t, schema, rows);
        if ((job.flags & flag_tracked) != 0) {
            run_requeued(t, schema, rows.front().uuid, queue, rows.front().id);
        }
        return {};
    });
}

} // namespace bgerp::queue
