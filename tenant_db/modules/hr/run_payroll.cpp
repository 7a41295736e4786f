#include "tenant_db/modules/hr/run_payroll.hpp"

#include "tenant_db/modules/hr/component_store.hpp"
#include "tenant_db/modules/hr/open_payroll.hpp"
#include "tenant_db/modules/hr/payroll_run_store.hpp"
#include "tenant_db/modules/hr/payslip_store.hpp"
#include "tenant_db/modules/module_tables.hpp"

#include <limits>

namespace bgerp::hr {

namespace {

// A step takes a fraction of a second; what takes this long hangs on somebody's lock.
constexpr std::chrono::seconds step_limit{60};

constexpr std::uint64_t no_employee_left = std::numeric_limits<std::uint64_t>::max();

Deadline step_deadline() {
    return Deadline::after(step_limit);
}

Result<PayrollRun> find_run(mysql::Transaction& transaction, const PayrollRequest& request) {
    if (!request.run_id) {
        return take_run(transaction, request.period, request.job_uuid);
    }
    auto run = lock_active_run(transaction, request.period);
    if (!run) {
        return run;
    }
    if (run->id != *request.run_id || run->job_uuid != request.job_uuid ||
        run->state != "calculating") {
        return fail(
            ErrorCode::conflict,
            "the payroll of " + request.period.to_string() + " is another job's now",
            "period"
        );
    }
    return run;
}

// One attempt at a run: what its steps share.
class PayrollCalculation {
public:
    PayrollCalculation(
        mysql::Pool& pool, JobControl& control, PayrollRun run, SalaryComponents components
    )
        : pool_(pool)
        , control_(control)
        , run_(std::move(run))
        , components_(std::move(components)) {}

    Result<Json> run() {
        last_employee_id_ = PayslipStore::last_employee_id(*pool_.acquire(step_deadline()));
        while (!control_.stop_requested()) {
            auto next = mysql::with_transaction(
                pool_,
                step_deadline(),
                [&](mysql::Transaction& transaction) { return step(transaction); }
            );
            if (!next) {
                return tl::unexpected<Error>(next.error());
            }
            if (next->cursor_employee_id == no_employee_left) {
                return finish();
            }
            run_ = std::move(*next);
            report_progress();
        }
        return fail(ErrorCode::cancelled, "stopped between two steps of the payroll");
    }

private:
    // Returns the run as it is after the step; the last step leaves the cursor where it is and says
    // no_employee_left.
    Result<PayrollRun> step(mysql::Transaction& transaction) {
        if (auto locked = lock_cursor(transaction, run_); !locked) {
            return tl::unexpected<Error>(locked.error());
        }
        const std::uint64_t after = run_.cursor_employee_id;
        const auto employees =
            store_.read_employees(transaction, run_.period, after, payroll_chunk);
        const auto payslips = compute(employees);
        if (!payslips) {
            return tl::unexpected<Error>(payslips.error());
        }
        PayrollRun next = run_;
        next.payslips += payslips->size();
        if (employees.size() == payroll_chunk) {
            next.cursor_employee_id = employees.back().id;
            save_cursor(transaction, next);
        } else {
            next.cursor_employee_id = no_employee_left;
        }
        store_.replace_payslips(transaction, run_, after, next.cursor_employee_id, *payslips);
        if (auto mine = control_.checkpoint(transaction); !mine) {
            return tl::unexpected<Error>(mine.error());
        }
        return next;
    }

    Result<std::vector<IssuedPayslip>> compute(const std::vector<PayrollEmployee>& employees
    ) const {
        std::vector<IssuedPayslip> payslips;
        payslips.reserve(employees.size());
        for (const PayrollEmployee& employee : employees) {
            try {
                auto payslip =
                    compute_payslip(employee.terms, run_.period, employee.attendance, components_);
                if (payslip) {
                    payslips.push_back({&employee, std::move(*payslip)});
                }
            } catch (const Failure& failure) {
                return fail(
                    failure.error().code,
                    "the pay of employee " + employee.employee_code +
                        " can't be computed: " + failure.error().message,
                    employee.employee_code
                );
            }
        }
        return payslips;
    }

    Result<Json> finish() {
        return mysql::with_transaction(
            pool_,
            step_deadline(),
            [&](mysql::Transaction& transaction) -> Result<Json> {
                if (auto locked = lock_cursor(transaction, run_); !locked) {
                    return tl::unexpected<Error>(locked.error());
                }
                mark_calculated(transaction, run_);
                Json output = register_totals(transaction, run_);
                if (auto ended = control_.complete(transaction, output); !ended) {
                    return tl::unexpected<Error>(ended.error());
                }
                return output;
            }
        );
    }

    void report_progress() {
        const std::uint64_t all = std::max<std::uint64_t>(last_employee_id_, 1);
        const std::uint64_t done = std::min(run_.cursor_employee_id, all);
        control_.progress(
            static_cast<int>(done * 100 / all),
            std::to_string(run_.payslips) + " payslips"
        );
    }

    mysql::Pool& pool_;
    JobControl& control_;
    PayrollRun run_;
    const SalaryComponents components_;
    PayslipStore store_;
    std::uint64_t last_employee_id_ = 0;
};

Result<Json> calculate(mysql::Pool& pool, JobControl& control, const PayrollRequest& request) {
    auto run = mysql::with_transaction(
        pool,
        step_deadline(),
        [&](mysql::Transaction& transaction) -> Result<PayrollRun> {
            auto found = find_run(transaction, request);
            if (found) {
                if (auto mine = control.checkpoint(transaction); !mine) {
                    return tl::unexpected<Error>(mine.error());
                }
            }
            return found;
        }
    );
    if (!run) {
        return tl::unexpected<Error>(run.error());
    }
    auto components = load_components(*pool.acquire(step_deadline()));
    if (!components) {
        return tl::unexpected<Error>(components.error());
    }
    return PayrollCalculation(pool, control, std::move(*run), std::move(*components)).run();
}

} // namespace

Result<Json> run_payroll(mysql::Pool& pool, JobControl& control, const PayrollRequest& request) {
    return require_module("hr", [&] { return calculate(pool, control, request); });
}

} // namespace bgerp::hr
