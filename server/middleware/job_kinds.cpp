#include "server/middleware/job_kinds.hpp"

namespace bgerp::server {

JobKinds::JobKinds(const Config& config)
    : config_(config)
    , rules_(config) {}

Result<std::string> JobKinds::queue_of(
    const std::string& kind, const std::string& asked, const std::string& path
) const {
    auto queue = queue_of_kind(config_, kind, asked);
    if (!queue) {
        queue.error().field = path + queue.error().field;
    }
    return queue;
}

Result<void> JobKinds::check(const std::string& kind, const std::string& field) const {
    if (!rules_.check_kind(rules_.kind_of(kind))) {
        return fail(ErrorCode::invalid_argument, "no such kind of job: " + kind, field);
    }
    return {};
}

Result<void> JobKinds::check_job(queue::NewJob& job, const std::string& path) const {
    Result<void> checked = rules_.check_job(job);
    if (!checked) {
        checked.error().field.insert(0, path);
    }
    return checked;
}

} // namespace bgerp::server
