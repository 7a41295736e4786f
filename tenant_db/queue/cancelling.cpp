#include "tenant_db/queue/cancelling.hpp"

#include "tenant_db/queue/batch.hpp"
#include "tenant_db/queue/batch_members.hpp"
#include "tenant_db/queue/payload.hpp"
#include "tenant_db/queue/run_record.hpp"

#include <map>

namespace bgerp::queue {

std::set<std::string> record_cancelled(
    mysql::Session& session, const QueueSchema& schema, const std::vector<CancelledJob>& jobs
) {
    std::vector<std::string> tracked;
    std::map<std::string, std::vector<std::string>> members;
    for (const CancelledJob& job : jobs) {
        if ((job.flags & flag_tracked) != 0) {
            tracked.push_back(envelope_uuid(job.payload));
        }
        if ((job.flags & flag_batch) != 0) {
            if (const Result<Envelope> envelope = parse_envelope(job.payload)) {
                members[envelope->batch_id].push_back(envelope->uuid);
            }
        }
    }
    runs_ended(session, schema, tracked, "cancelled");
    std::set<std::string> batch_ids;
    for (const auto& [batch_id, uuids] : members) {
        members_ended(session, schema, batch_id, uuids);
        batch_ids.insert(batch_id);
    }
    return batch_ids;
}

void settle_all(
    mysql::Pool& pool,
    Deadline deadline,
    const QueueSchema& schema,
    const std::set<std::string>& batch_ids
) {
    for (const std::string& batch_id : batch_ids) {
        settle_batch(pool, deadline, schema, batch_id);
    }
}

} // namespace bgerp::queue
