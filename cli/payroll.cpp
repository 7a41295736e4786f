// bgerp payroll …: a month's payroll.

#include "base/mysql/private_server.hpp"
#include "cli/job_wait.hpp"
#include "cli/nouns.hpp"
#include "tenant_db/modules/hr/payroll_actions.hpp"
#include "tenant_db/modules/hr/payroll_run_store.hpp"
#include "tenant_db/modules/hr/start_payroll.hpp"
#include "tenant_db/modules/module_tables.hpp"
#include "tenant_db/queue/inspect.hpp"

namespace bgerp::cli {

namespace {

struct PayrollOptions {
    std::string org;
    std::string period;
    bool wait = false;
};

hr::PayrollPeriod period_of(const PayrollOptions& options) {
    return value_or_throw(hr::parse_payroll_period(options.period));
}

std::string shown(const Json& value) {
    return value.is_string() ? value.get<std::string>() : to_text(value);
}

std::string summary_of(const Json& payroll) {
    std::string text =
        "payroll of " + shown(payroll["period"]) + ": " + shown(payroll["payslips"]) + " payslips";
    if (payroll.contains("state")) {
        text += ", " + shown(payroll["state"]);
    }
    for (const Json& total : payroll["totals"]) {
        text += "\n" + shown(total["currency"]) + "  gross " + shown(total["gross"]) +
                ", deductions " + shown(total["deductions"]) + ", net " + shown(total["net"]) +
                ", employer " + shown(total["employer"]);
    }
    return text;
}

Json find(TenantSession& tenant, const hr::PayrollPeriod& period) {
    return value_or_throw(require_module("hr", [&] {
        return hr::show_run(*tenant.connection(), period);
    }));
}

int run(Context& context, const PayrollOptions& options) {
    const hr::PayrollPeriod period = period_of(options);
    TenantSession tenant(context, options.org);
    const auto started = tenant.enqueueing([&](mysql::Transaction& transaction) {
        return require_module("hr", [&] { return hr::start_payroll(transaction, period); });
    });
    if (started.joined) {
        context.output().remark("this payroll is being calculated already");
    }
    if (options.wait) {
        const Json output = wait_for_output(context, tenant, started.job_uuid);
        context.output().result(output, summary_of(output));
        return 0;
    }
    const Json job = value_or_throw(
        queue::show_job(*tenant.connection(), queue::QueueSchema::current(), started.job_uuid)
    );
    context.output().result(
        job,
        "the payroll of " + options.period + " is job " + started.job_uuid +
            "; wait for it with `bgerp job wait " + options.org + " " + started.job_uuid + "`"
    );
    return 0;
}

int show(Context& context, const PayrollOptions& options) {
    const hr::PayrollPeriod period = period_of(options);
    TenantSession tenant(context, options.org);
    const Json payroll = find(tenant, period);
    context.output().result(payroll, summary_of(payroll));
    return 0;
}

using Change =
    Result<void> (*)(mysql::Transaction&, const hr::PayrollPeriod&, const std::string& who);

int change(Context& context, const PayrollOptions& options, Change verb) {
    const hr::PayrollPeriod period = period_of(options);
    TenantSession tenant(context, options.org);
    tenant.in_transaction([&](mysql::Transaction& transaction) {
        return require_module("hr", [&] {
            return verb(transaction, period, "cli:" + mysql::caller_name());
        });
    });
    const Json payroll = find(tenant, period);
    context.output().result(payroll, summary_of(payroll));
    return 0;
}

int list(Context& context, const PayrollOptions& options) {
    constexpr std::size_t runs_max = 1000;
    TenantSession tenant(context, options.org);
    const auto runs = hr::list_runs(*tenant.connection(), runs_max);
    Table table{{"PERIOD", "STATE", "PAYSLIPS", "CALCULATED"}, {}};
    for (const Json& one : runs) {
        table.rows.push_back(
            {shown(one["period"]),
             shown(one["state"]),
             shown(one["payslips"]),
             one["calculated_at"].is_null() ? "-" : shown(one["calculated_at"])}
        );
    }
    context.output().result(Json(runs), table);
    return 0;
}

} // namespace

void add_payroll(CLI::App& root, Commands& commands) {
    CLI::App& noun = *root.add_subcommand("payroll", "The payroll of a month");
    noun.require_subcommand(1);
    const auto add = [&](const char* name, const char* description, auto does) {
        auto options = std::make_shared<PayrollOptions>();
        CLI::App& command = *noun.add_subcommand(name, description);
        command.add_option("ORG", options->org)->required();
        command.add_option("--period", options->period, "The month, as 2026-10")->required();
        commands.on(command, [options, does](Context& context) { return does(context, *options); });
        return std::pair<CLI::App*, PayrollOptions*>(&command, options.get());
    };
    const auto [run_command, run_options] = add("run", "Calculate it, again if need be", run);
    run_command->add_flag("--wait", run_options->wait, "Until it is done");
    add("show", "Its figures and state", show);
    add("approve", "From then on it is never changed", [](Context& context, const auto& options) {
        return change(context, options, hr::approve_payroll);
    });
    add("reverse",
        "Take it out of force; it can be run again",
        [](Context& context, const auto& options) {
            return change(context, options, hr::reverse_payroll);
        });

    auto listed = std::make_shared<PayrollOptions>();
    CLI::App& list_command = *noun.add_subcommand("list", "All runs, newest first");
    list_command.add_option("ORG", listed->org)->required();
    commands.on(list_command, [listed](Context& context) { return list(context, *listed); });
}

} // namespace bgerp::cli
