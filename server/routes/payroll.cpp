#include "server/routes/payroll.hpp"

#include "server/middleware/idempotency.hpp"
#include "tenant_db/modules/hr/payroll_actions.hpp"
#include "tenant_db/modules/hr/payroll_run_store.hpp"
#include "tenant_db/modules/hr/start_payroll.hpp"

namespace bgerp::server {

namespace {

// The period of the path, of which a wrong one is a run that isn't there.
Result<hr::PayrollPeriod> period_of_path(const Call& call) {
    const auto period = hr::parse_payroll_period(call.path_param());
    if (!period) {
        return fail(ErrorCode::not_found, "there is no payroll run of this period");
    }
    return *period;
}

Result<void> needs_hr(const Call& call) {
    if (!call.tenant->has_module("hr")) {
        return fail(ErrorCode::not_found, "the organization doesn't have the module hr");
    }
    return {};
}

using Change =
    Result<void> (*)(mysql::Transaction&, const hr::PayrollPeriod&, const std::string& who);

Result<http::Response> change_run(Call& call, Change change) {
    if (auto allowed = needs_hr(call); !allowed) {
        return tl::unexpected<Error>(std::move(allowed.error()));
    }
    const auto period = period_of_path(call);
    if (!period) {
        return tl::unexpected<Error>(period.error());
    }
    return mysql::with_transaction(
        *call.pool,
        call.deadline(),
        [&](mysql::Transaction& transaction) -> Result<http::Response> {
            if (auto changed = change(transaction, *period, call.token->email); !changed) {
                return tl::unexpected<Error>(std::move(changed.error()));
            }
            const auto run = hr::show_run(transaction, *period);
            if (!run) {
                return tl::unexpected<Error>(run.error());
            }
            return http::json_response(200, *run);
        }
    );
}

} // namespace

Result<http::Response> start_payroll_run(Call& call) {
    if (auto allowed = needs_hr(call); !allowed) {
        return tl::unexpected<Error>(std::move(allowed.error()));
    }
    const auto period = hr::parse_payroll_period(*text_field(call.body, "period"));
    if (!period) {
        return tl::unexpected<Error>(period.error());
    }
    const std::string queue_name = text_field(call.body, "queue").value_or("default");
    auto response = run_once(
        call,
        call.request.body,
        [&](mysql::Transaction& transaction) -> Result<http::Response> {
            const auto started = hr::start_payroll(transaction, *period, queue_name);
            if (!started) {
                return tl::unexpected<Error>(started.error());
            }
            return http::with_header(
                http::json_response(
                    202,
                    {{"id", started->run_id},
                     {"period", period->to_string()},
                     {"job", started->job_uuid},
                     {"joined", started->joined}}
                ),
                "Location",
                "/api/v1/payroll-runs/" + period->to_string()
            );
        }
    );
    call.ring();
    return response;
}

Result<http::Response> list_payroll_runs(Call& call) {
    if (auto allowed = needs_hr(call); !allowed) {
        return tl::unexpected<Error>(std::move(allowed.error()));
    }
    const auto limit = integer_query(call, "limit", 50, 1, 200);
    if (!limit) {
        return tl::unexpected<Error>(limit.error());
    }
    return http::json_response(
        200,
        {{"payroll_runs",
          hr::list_runs(*call.pool->acquire(call.deadline()), static_cast<std::size_t>(*limit))}}
    );
}

Result<http::Response> show_payroll_run(Call& call) {
    if (auto allowed = needs_hr(call); !allowed) {
        return tl::unexpected<Error>(std::move(allowed.error()));
    }
    const auto period = period_of_path(call);
    if (!period) {
        return tl::unexpected<Error>(period.error());
    }
    const auto run = hr::show_run(*call.pool->acquire(call.deadline()), *period);
    if (!run) {
        return tl::unexpected<Error>(run.error());
    }
    return http::json_response(200, *run);
}

Result<http::Response> approve_payroll_run(Call& call) {
    return change_run(call, hr::approve_payroll);
}

Result<http::Response> reverse_payroll_run(Call& call) {
    return change_run(call, hr::reverse_payroll);
}

} // namespace bgerp::server
