#include "tenant_db/modules/hr/open_payroll.hpp"

#include "tenant_db/modules/hr/payroll_run_store.hpp"

namespace bgerp::hr {

Result<void> check_open(const PayrollRun& run) {
    if (run.state == "approved" || run.state == "paid") {
        return fail(
            ErrorCode::conflict,
            "the payroll of " + run.period.to_string() + " is " + run.state +
                ": it can't be calculated again, only reversed",
            "period"
        );
    }
    return {};
}

Result<PayrollRun> take_run(
    mysql::Transaction& transaction, const PayrollPeriod& period, const std::string& job_uuid
) {
    PayrollRun run = lock_or_insert_run(transaction, period);
    if (auto open = check_open(run); !open) {
        return tl::unexpected<Error>(open.error());
    }
    if (run.state != "calculating" || run.job_uuid != job_uuid) {
        begin_generation(transaction, run, job_uuid);
    }
    return run;
}

} // namespace bgerp::hr
