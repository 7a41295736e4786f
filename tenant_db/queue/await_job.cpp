#include "tenant_db/queue/await_job.hpp"

#include "tenant_db/queue/inspect.hpp"
#include "tenant_db/queue/job_end.hpp"

#include <algorithm>

namespace bgerp::queue {

namespace {

constexpr std::chrono::milliseconds first_interval{10};
constexpr std::chrono::milliseconds last_interval{200};
constexpr std::chrono::seconds statement_time{10};

} // namespace

bool has_ended(const Json& job) {
    return is_end(job.value("state", ""));
}

Result<Json> await_job(
    mysql::Pool& pool,
    const QueueSchema& schema,
    const std::string& uuid,
    Deadline until,
    const StopSignal& stop
) {
    auto interval = first_interval;
    for (;;) {
        Result<Json> job = show_job(*pool.acquire(Deadline::after(statement_time)), schema, uuid);
        if (!job || has_ended(*job)) {
            return job;
        }
        if (until.passed()) {
            return fail(
                ErrorCode::timeout,
                "the job has not ended yet: it is " + job->value("state", "")
            );
        }
        if (stop.wait_for(interval)) {
            return fail(ErrorCode::cancelled, "nobody waits for the job any more");
        }
        interval = std::min(interval * 2, last_interval);
    }
}

} // namespace bgerp::queue
