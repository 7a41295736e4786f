#include "worker/settler.hpp"

#include "base/log.hpp"
#include "base/outage.hpp"
#include "tenant_db/queue/batch.hpp"
#include "tenant_db/queue/end_attempt.hpp"
#include "tenant_db/queue/lifecycle.hpp"
#include "tenant_db/queue/workflow.hpp"

namespace bgerp::worker {

namespace {

constexpr std::chrono::seconds statement_time{30};

void log_ended(const queue::Envelope& envelope, const Decision& decision) {
    if (decision.verdict == Verdict::fail) {
        log_warn(
            "job failed",
            {{"kind", envelope.kind}, {"uuid", envelope.uuid}, {"error", decision.error}}
        );
    } else if (decision.verdict == Verdict::retry) {
        log_info(
            "job will be tried again",
            {{"kind", envelope.kind},
             {"uuid", envelope.uuid},
             {"delay_s", std::to_string(decision.delay_s)},
             {"error", decision.error}}
        );
    }
}

} // namespace

bool Settler::settle(
    const HeldJob& held, const queue::Envelope& envelope, const Decision& decision
) {
    switch (decision.verdict) {
    case Verdict::retry:
    case Verdict::fail:
    case Verdict::cancel:
    case Verdict::release:
        log_ended(envelope, decision);
        return write(held, envelope, decision);
    case Verdict::drop:
        log_info("job given up, it is somebody else's now", {{"uuid", envelope.uuid}});
        counters_.lost.fetch_add(1);
        return false;
    case Verdict::leave:
        log_warn(
            "the database failed an attempt; the job is rescued when its lease runs out",
            {{"kind", envelope.kind}, {"uuid", envelope.uuid}, {"error", decision.error}}
        );
        counters_.lost.fetch_add(1);
        return false;
    case Verdict::run:
    case Verdict::complete:
        break; // not ends that are settled here
    }
    return false;
}

bool Settler::fail_unreadable(const HeldJob& held, const std::string& error) {
    log_warn(
        "job with an unreadable payload",
        {{"id", std::to_string(held.job.key.id)}, {"error", error}}
    );
    return write(held, {}, {Verdict::fail, 0, error});
}

void Settler::hand_over(
    const HeldJob& held, const queue::Envelope& envelope, const std::string& queue
) {
    log_info(
        "job moved to the queue of remote workers",
        {{"kind", envelope.kind}, {"uuid", envelope.uuid}, {"queue", queue}}
    );
    persist(counters_.released, [&](Deadline deadline) {
        const auto& tenant = *held.tenant;
        return queue::move_if_mine(*tenant.queue_pool, deadline, tenant.schema, held.job, queue)
            .has_value();
    });
}

bool Settler::write(
    const HeldJob& held, const queue::Envelope& envelope, const Decision& decision
) {
    const bool written = persist(counter_of(decision.verdict), [&](Deadline deadline) {
        const auto& tenant = *held.tenant;
        return queue::end_attempt(
                   *tenant.queue_pool,
                   deadline,
                   tenant.schema,
                   held.row(),
                   envelope,
                   decision
        )
            .has_value();
    });
    if (decision.verdict == Verdict::fail || decision.verdict == Verdict::cancel) {
        settle_batch(held, envelope.batch_id);
        settle_step(held, envelope.workflow_step);
    }
    return written;
}

std::atomic<std::uint64_t>& Settler::counter_of(Verdict verdict) {
    switch (verdict) {
    case Verdict::retry:
        return counters_.retried;
    case Verdict::fail:
        return counters_.failed;
    case Verdict::cancel:
        return counters_.cancelled;
    default:
        return counters_.released;
    }
}

void Settler::settle_batch(const HeldJob& held, const std::string& batch_id) {
    if (batch_id.empty()) {
        return;
    }
    try {
        static_cast<void>(queue::settle_batch(
            *held.tenant->queue_pool,
            Deadline::after(statement_time),
            held.tenant->schema,
            batch_id
        ));
    } catch (const Failure& error) {
        log_warn("a batch is left to housekeeping", {{"batch", batch_id}, {"error", error.what()}});
    }
}

void Settler::settle_step(const HeldJob& held, const std::optional<queue::StepRef>& step) {
    if (step) {
        settle_workflow(held, step->workflow_id);
    }
}

void Settler::settle_workflow(const HeldJob& held, const std::string& workflow_id) {
    try {
        const auto progress = queue::settle_workflow(
            *held.tenant->queue_pool,
            Deadline::after(statement_time),
            held.tenant->schema,
            workflow_id
        );
        if (progress.enqueued > 0 && ring_) {
            ring_(held.tenant->org);
        }
    } catch (const Failure& error) {
        log_warn(
            "a workflow is left to housekeeping",
            {{"workflow", workflow_id}, {"error", error.what()}}
        );
    }
}

bool Settler::persist(
    std::atomic<std::uint64_t>& counter, const std::function<bool(Deadline)>& write
) {
    Outage outage("settle");
    for (;;) {
        try {
            const bool mine = write(Deadline::after(statement_time));
            outage.succeeded();
            (mine ? counter : counters_.lost).fetch_add(1);
            return mine;
        } catch (const Failure& error) {
            if (outage.hopeless(error) || outage.failed(error, give_up_)) {
                log_error("the end of a job was not written", {{"error", error.what()}});
                return false;
            }
        }
    }
}

} // namespace bgerp::worker
