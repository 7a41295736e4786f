#include "tenant_db/modules/hr/start_payroll.hpp"

#include "base/ids.hpp"
#include "tenant_db/modules/hr/open_payroll.hpp"
#include "tenant_db/modules/hr/payroll_run_store.hpp"
#include "tenant_db/queue/inspect.hpp"

namespace bgerp::hr {

namespace {

// True while the job may still calculate the run.
bool is_alive(mysql::Transaction& transaction, const std::string& job_uuid) {
    const auto job = queue::show_job(transaction, queue::QueueSchema::current(), job_uuid);
    if (!job) {
        return false;
    }
    const std::string state = job->value("state", "");
    return state == "scheduled" || state == "available" || state == "running" ||
           state == "retryable";
}

} // namespace

Result<StartedPayroll> start_payroll(
    mysql::Transaction& transaction, const PayrollPeriod& period, const std::string& queue
) {
    PayrollRun run = lock_or_insert_run(transaction, period);
    if (auto open = check_open(run); !open) {
        return tl::unexpected<Error>(open.error());
    }
    if (run.state == "calculating" && is_alive(transaction, run.job_uuid)) {
        return StartedPayroll{run.id, run.job_uuid, true};
    }
    queue::NewJob job;
    job.kind = payroll_kind;
    job.uuid = new_uuid();
    job.queue = queue;
    job.args = {{"period", period.to_string()}, {"run_id", run.id}};
    begin_generation(transaction, run, job.uuid);
    auto enqueued = queue::enqueue(transaction, queue::QueueSchema::current(), job);
    if (!enqueued) {
        return tl::unexpected<Error>(enqueued.error());
    }
    return StartedPayroll{run.id, job.uuid, false};
}

} // namespace bgerp::hr
