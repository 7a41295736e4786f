#include "tenant_db/queue/fence_groups.hpp"
#include "tenant_db/queue/lifecycle.hpp"
#include "tenant_db/queue/run_record.hpp"

namespace bgerp::queue {

Result<ReservedJob> find_if_mine(
    mysql::Session& session, const QueueSchema& schema, const JobKey& key, const Fence& fence
) {
    ReservedJob job;
    job.key = key;
    job.fence = fence;
    mysql::Params params;
    bind_fence(params, job);
    const bool found = session
                           .query_one( // PRIMARY, one row, no lock
                               "SELECT rescues, interruptions, flags, created_at, available_at,"
                               " payload FROM " +
                                   schema("jobs") + " FORCE INDEX (PRIMARY) WHERE " +
                                   fence_condition + " AND reserved_at IS NOT NULL",
                               params,
                               [&](const mysql::Row& row) {
                                   job.rescues = row.i64(0);
                                   job.interruptions = row.i64(1);
                                   job.flags = row.i64(2);
                                   job.created_at = row.i64(3);
                                   job.available_at = row.i64(4);
                                   job.payload = row.text(5);
                                   return true;
                               }
                           )
                           .has_value();
    if (!found) {
        return lease_lost();
    }
    return job;
}

Result<ReservedJob> find_if_mine(
    mysql::Session& session, const QueueSchema& schema, const std::string& uuid, const Fence& fence
) {
    const std::optional<JobKey> key = find_key(session, schema, uuid);
    if (!key) {
        return fail(ErrorCode::not_found, "there is no such job", "uuid");
    }
    return find_if_mine(session, schema, *key, fence);
}

} // namespace bgerp::queue
