#include "tenant_db/queue/end_attempt.hpp"

#include "tenant_db/queue/fence_groups.hpp"
#include "tenant_db/queue/lifecycle.hpp"

namespace bgerp::queue {

namespace {

Retry retry_of(const ReservedJob& job, const Envelope& envelope, const Decision& decision) {
    Retry retry;
    retry.job = &job;
    retry.uuid = envelope.uuid;
    retry.payload = envelope.max_exceptions ? with_exceptions(job.payload, envelope.exceptions + 1)
                                            : job.payload;
    retry.delay_s = decision.delay_s;
    retry.error = decision.error;
    return retry;
}

} // namespace

Result<void> end_attempt(
    mysql::Pool& pool,
    Deadline deadline,
    const QueueSchema& schema,
    const ReservedJob& job,
    const Envelope& envelope,
    const Decision& decision
) {
    switch (decision.verdict) {
    case Verdict::retry:
        return retry_if_mine(pool, deadline, schema, retry_of(job, envelope, decision));
    case Verdict::fail:
    case Verdict::cancel:
        return fail_if_mine(
            pool,
            deadline,
            schema,
            {&job,
             envelope.uuid,
             envelope.batch_id,
             decision.error,
             decision.verdict == Verdict::cancel}
        );
    case Verdict::release:
        if (release_if_mine(pool, deadline, schema, {&job}, decision.delay_s) == 0) {
            return lease_lost();
        }
        return {};
    case Verdict::run:
    case Verdict::complete:
    case Verdict::drop:
    case Verdict::leave:
        break;
    }
    return {};
}

} // namespace bgerp::queue
