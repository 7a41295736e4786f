#include "tenant_db/queue/job_ending.hpp"

#include "tenant_db/queue/job.hpp"
#include "tenant_db/queue/payload.hpp"

namespace bgerp::queue {

std::string ending_of(std::int64_t flags, std::string_view payload) {
    if ((flags & (flag_chain | flag_workflow)) == 0) {
        return {};
    }
    const Result<Envelope> envelope = parse_envelope(payload);
    if (!envelope) {
        return {};
    }
    Json ending{{"uuid", envelope->uuid}, {"job", envelope->kind}};
    if (!envelope->batch_id.empty()) {
        ending["batchId"] = envelope->batch_id;
    }
    if (!envelope->chain.is_null()) {
        ending["chain"] = envelope->chain;
    }
    if (!envelope->chain_catch.is_null()) {
        ending["chainCatch"] = envelope->chain_catch;
    }
    if (envelope->workflow_step) {
        ending["workflowId"] = envelope->workflow_step->workflow_id;
        ending["workflowStep"] = envelope->workflow_step->step;
    }
    return to_text(ending);
}

std::int64_t ending_flags(std::string_view ending) {
    if (ending.empty()) {
        return 0;
    }
    const Result<Envelope> envelope = parse_envelope(ending);
    if (!envelope) {
        return 0;
    }
    std::int64_t flags = 0;
    if (!envelope->chain.is_null() || !envelope->chain_catch.is_null()) {
        flags |= flag_chain;
    }
    if (envelope->workflow_step) {
        flags |= flag_workflow;
    }
    return flags;
}

} // namespace bgerp::queue
