#include "tenant_db/modules/hr/payroll_actions.hpp"

#include "tenant_db/modules/hr/payroll_run_store.hpp"

namespace bgerp::hr {

namespace {

tl::unexpected<Error> wrong_state(const PayrollRun& run, const char* verb) {
    return fail(
        ErrorCode::conflict,
        "the payroll of " + run.period.to_string() + " is " + run.state + " and can't be " + verb,
        "period"
    );
}

// A period whose only runs are reversed is no longer unknown, but there is nothing to act on.
Result<PayrollRun> find_in_force(mysql::Transaction& transaction, const PayrollPeriod& period) {
    auto run = lock_active_run(transaction, period);
    if (!run && show_run(transaction, period)) {
        return fail(
            ErrorCode::conflict,
            "the payroll of " + period.to_string() + " is reversed: run it again",
            "period"
        );
    }
    return run;
}

} // namespace

Result<void> approve_payroll(
    mysql::Transaction& transaction, const PayrollPeriod& period, const std::string& who
) {
    const auto run = find_in_force(transaction, period);
    if (!run) {
        return tl::unexpected<Error>(run.error());
    }
    if (run->state != "calculated") {
        return wrong_state(*run, "approved");
    }
    mark_approved(transaction, run->id, who);
    return {};
}

Result<void> reverse_payroll(
    mysql::Transaction& transaction, const PayrollPeriod& period, const std::string& who
) {
    const auto run = find_in_force(transaction, period);
    if (!run) {
        return tl::unexpected<Error>(run.error());
    }
    if (run->state == "draft" || run->state == "calculating") {
        return wrong_state(*run, "reversed");
    }
    mark_reversed(transaction, run->id, who);
    return {};
}

} // namespace bgerp::hr
