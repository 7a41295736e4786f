// bgerp seed: sample data for an organization.

#include "cli/nouns.hpp"
#include "cli/tenant_session.hpp"
#include "tenant_db/modules/sample_data.hpp"

namespace bgerp::cli {

namespace {

struct SeedOptions {
    std::string org;
    std::uint64_t employees = 200;
    std::uint64_t invoices = 2000;
    std::string period = "2026-10";
};

int run(Context& context, const SeedOptions& options) {
    const auto period = value_or_throw(hr::parse_payroll_period(options.period));
    const Tenant tenant = context.active_tenant(options.org);
    TenantSession session(context, options.org);
    Json document{{"org", options.org}, {"employees", 0}, {"invoices", 0}};
    if (tenant.has_module("hr")) {
        seed_employees(session.pool(), options.employees, period);
        document["employees"] = options.employees;
    }
    if (tenant.has_module("sales")) {
        seed_sales(session.pool(), options.invoices);
        document["invoices"] = options.invoices;
    }
    context.output().result(
        document,
        options.org + " has " + to_text(document["employees"]) + " sample employees and " +
            to_text(document["invoices"]) + " sample invoices"
    );
    return 0;
}

} // namespace

void add_seed(CLI::App& root, Commands& commands) {
    auto options = std::make_shared<SeedOptions>();
    CLI::App& noun = *root.add_subcommand("seed", "Sample data to try an organization out");
    noun.add_option("ORG", options->org)->required();
    noun.add_option("--employees", options->employees, "200 if not given");
    noun.add_option("--invoices", options->invoices, "2000 if not given");
    noun.add_option("--period", options->period, "The month with attendance");
    commands.on(noun, [options](Context& context) { return run(context, *options); });
}

} // namespace bgerp::cli
