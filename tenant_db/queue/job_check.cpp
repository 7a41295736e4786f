#include "tenant_db/queue/job_check.hpp"

#include "base/ids.hpp"
#include "base/utf8.hpp"
#include "tenant_db/queue/chain.hpp"
#include "tenant_db/queue/payload.hpp"
#include "tenant_db/queue/run_record.hpp"
#include "tenant_db/queue/sealed_args.hpp"
#include "tenant_db/queue/unique_rule.hpp"

namespace bgerp::queue {

namespace {

constexpr std::size_t name_characters_max = 255;   // the columns' length
constexpr int args_depth_max = json_depth_max - 2; // the envelope is a level of its own
constexpr int meta_depth_max = 8;                  // free, but no second args

bool is_name(const std::string& text) {
    return !text.empty() && !utf8_error_at(text) && utf8_length(text) <= name_characters_max;
}

bool nests_deeper_than(const Json& value, int depth_max) {
    if (!value.is_structured()) {
        return false;
    }
    if (depth_max == 0) {
        return true;
    }
    for (const Json& member : value) {
        if (nests_deeper_than(member, depth_max - 1)) {
            return true;
        }
    }
    return false;
}

Result<void> check_fields(const NewJob& job, int depth_max) {
    if (!is_name(job.kind)) {
        return fail(
            ErrorCode::invalid_argument,
            "a job's kind is a name of 1 to 255 characters",
            "kind"
        );
    }
    if (!is_name(job.queue)) {
        return fail(
            ErrorCode::invalid_argument,
            "a queue has a name of 1 to 255 characters",
            "queue"
        );
    }
    if (job.priority < INT16_MIN || job.priority > INT16_MAX) {
        return fail(
            ErrorCode::invalid_argument,
            "a priority is between -32768 and 32767",
            "priority"
        );
    }
    if (job.delay.count() < 0 || job.delay.count() > delay_s_max) {
        return fail(
            ErrorCode::invalid_argument,
            "a delay is between nothing and ten years",
            "delay"
        );
    }
    if (nests_deeper_than(job.args, depth_max)) {
        return fail(ErrorCode::invalid_argument, "the job's args nest too deep", "args");
    }
    if (!job.uuid.empty() && !is_uuid(job.uuid)) {
        return fail(ErrorCode::invalid_argument, "not a UUID", "uuid");
    }
    if (!job.limit_key.empty() && !is_name(job.limit_key)) {
        return fail(
            ErrorCode::invalid_argument,
            "a limit key has at most 255 characters",
            "limit_key"
        );
    }
    if (!job.batch_id.empty() && !is_uuid(job.batch_id)) {
        return fail(ErrorCode::invalid_argument, "not a batch's id", "batch_id");
    }
    if (!job.meta.is_null() && !job.meta.is_object()) {
        return fail(ErrorCode::invalid_argument, "a job's meta is a JSON object", "meta");
    }
    if (nests_deeper_than(job.meta, meta_depth_max)) {
        return fail(ErrorCode::invalid_argument, "the job's meta nests too deep", "meta");
    }
    if (job.encrypted && !is_sealed(job.args)) {
        return fail(ErrorCode::invalid_argument, "the job's args are not sealed", "args");
    }
    return check_unique(job);
}

} // namespace

// Links stand two levels deeper in the envelope than the job's own args.
Result<void> check_new_job(const NewJob& job) {
    return check_fields(job, args_depth_max).and_then([&] {
        return check_chain(job, [](const NewJob& link) {
            return check_fields(link, args_depth_max - 2);
        });
    });
}

Result<void> check_payload_size(const std::string& payload, const EnqueueLimits& limits) {
    if (static_cast<std::int64_t>(payload.size()) > limits.payload_bytes_max) {
        return fail(
            ErrorCode::too_large,
            "a job's payload has at most " + std::to_string(limits.payload_bytes_max) + " bytes",
            "args"
        );
    }
    return {};
}

} // namespace bgerp::queue
