#include "worker/workflow_step.hpp"

#include "base/log.hpp"
#include "tenant_db/queue/workflow.hpp"

namespace bgerp::worker {

namespace {

constexpr std::chrono::seconds statement_time{30};

} // namespace

StepMay prepare_step(const HeldJob& held, queue::Envelope& envelope) {
    if ((held.job.flags & queue::flag_workflow) == 0 || !envelope.workflow_step) {
        return StepMay::begin;
    }
    try {
        const ServedTenant& tenant = *held.tenant;
        const auto connection = tenant.queue_pool->acquire(Deadline::after(statement_time));
        auto start = queue::step_start(*connection, tenant.schema, *envelope.workflow_step);
        if (!start) {
            return StepMay::begin;
        }
        if (envelope.args.is_object()) {
            envelope.args["workflow"] = std::move(start->input);
        }
        return start->stopped ? StepMay::not_begin : StepMay::begin;
    } catch (const Failure& error) {
        log_debug("a workflow's state could not be read", {{"error", error.what()}});
        return StepMay::not_be_told;
    }
}

} // namespace bgerp::worker
