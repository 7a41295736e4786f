#include "server/routes/new_job.hpp"

namespace bgerp::server {

namespace {

constexpr std::int64_t bytes_per_kib = 1024;

} // namespace

Result<queue::NewJob> new_job_of(const Json& body, const JobKinds& kinds, const std::string& path) {
    queue::NewJob job;
    job.kind = *text_field(body, "kind");
    if (auto known = kinds.check(job.kind, path + "kind"); !known) {
        return tl::unexpected<Error>(std::move(known.error()));
    }
    if (const Json& args = json_field(body, "args"); args.is_object()) {
        job.args = args;
    }
    job.queue = text_field(body, "queue").value_or(job.queue);
    job.priority = integer_field(body, "priority").value_or(0);
    job.delay = std::chrono::seconds(integer_field(body, "delay_s").value_or(0));
    job.max_tries = integer_field(body, "max_tries");
    job.max_exceptions = integer_field(body, "max_exceptions");
    job.timeout_s = integer_field(body, "timeout_s");
    job.retry_until = integer_field(body, "retry_until");
    job.tracked = boolean_field(body, "tracked", true);
    if (const Json& tags = json_field(body, "tags"); tags.is_array()) {
        job.tags = tags.get<std::vector<std::string>>();
    }
    for (const Json& pause : json_field(body, "backoff_s")) {
        const bool sane = !pause.is_number_unsigned() ||
                          pause.get<std::uint64_t>() <= static_cast<std::uint64_t>(ten_years_s);
        if (!sane || pause.get<std::int64_t>() < 0) {
            return fail(
                ErrorCode::invalid_argument,
                "backoff_s holds seconds from 0 to " + std::to_string(ten_years_s),
                path + "backoff_s"
            );
        }
        job.backoff_s.push_back(pause.get<std::int64_t>());
    }
    return job;
}

Result<std::vector<queue::NewJob>>
new_jobs_of(const Json& list, const JobKinds& kinds, const std::string& name) {
    std::vector<queue::NewJob> jobs;
    for (std::size_t i = 0; i < list.size(); ++i) {
        const std::string path = name + "[" + std::to_string(i) + "].";
        if (auto checked = check_fields(list[i], job_fields, path); !checked) {
            return tl::unexpected<Error>(std::move(checked.error()));
        }
        auto job = new_job_of(list[i], kinds, path);
        if (!job) {
            return tl::unexpected<Error>(std::move(job.error()));
        }
        jobs.push_back(std::move(*job));
    }
    return jobs;
}

queue::EnqueueLimits enqueue_limits(const Config& config) {
    return {config.queue.payload_kib_max * bytes_per_kib};
}

} // namespace bgerp::server
