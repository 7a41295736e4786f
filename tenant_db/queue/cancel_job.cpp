#include "base/ids.hpp"
#include "tenant_db/queue/inspect.hpp"
#include "tenant_db/queue/job_end.hpp"
#include "tenant_db/queue/waiting_job.hpp"

namespace bgerp::queue {

namespace {

// What a step came to: the job's state now, or nothing when it has to look again.
struct Step {
    std::string state;
    ToSettle to_settle;
};

Result<Step>
cancel_once(mysql::Transaction& transaction, const QueueSchema& schema, const std::string& uuid) {
    const FoundJob found = lock_job(transaction, schema, uuid);
    switch (found.is) {
    case FoundJob::Is::unknown:
        return fail(ErrorCode::not_found, "there is no such job", "uuid");
    case FoundJob::Is::ended:
        return fail(ErrorCode::conflict, "the job has ended: " + found.state);
    case FoundJob::Is::moved:
        return Step();
    case FoundJob::Is::running:
        transaction.execute(
            "UPDATE " + schema("job_run") + " SET cancel_requested = 1 WHERE uuid = ?",
            {uuid}
        );
        return Step{"running", {}};
    case FoundJob::Is::waiting:
        break;
    }
    delete_waiting(transaction, schema, found);
    return Step{
        "cancelled",
        record_ends(
            transaction,
            schema,
            {{found.flags, JobOutcome::cancelled, found.payload, uuid, {}, {}, {}}}
        )};
}

} // namespace

Result<std::string> cancel_job(
    mysql::Pool& pool, Deadline deadline, const QueueSchema& schema, const std::string& uuid
) {
    if (!is_uuid(uuid)) {
        return fail(ErrorCode::not_found, "there is no such job", "uuid");
    }
    for (int look = 0; look < looks_max; ++look) {
        Result<Step> step = mysql::with_transaction(pool, deadline, [&](mysql::Transaction& t) {
            return cancel_once(t, schema, uuid);
        });
        if (!step) {
            return tl::unexpected(step.error());
        }
        if (!step->state.empty()) {
            settle_all(pool, deadline, schema, step->to_settle);
            return step->state;
        }
    }
    return fail(ErrorCode::unavailable, "the job's row can't be found at the moment");
}

} // namespace bgerp::queue
