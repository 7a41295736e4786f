#include "cli/bench_modules.hpp"

#include "base/ids.hpp"
#include "base/output_file.hpp"
#include "cli/tenant_session.hpp"
#include "tenant_db/modules/data_import/import_store.hpp"
#include "tenant_db/modules/data_import/run_import.hpp"
#include "tenant_db/modules/hr/run_payroll.hpp"
#include "tenant_db/modules/reports/build_report.hpp"
#include "tenant_db/modules/sample_data.hpp"

#include <chrono>
#include <iomanip>
#include <sstream>

namespace bgerp::cli {

namespace {

constexpr const char* month = "2026-10";

struct BenchOptions {
    std::uint64_t rows = 100'000;
    std::string format = "csv";
};

// A tenant that lives as long as this object.
class ScratchTenant {
public:
    explicit ScratchTenant(Context& context)
        : context_(context)
        , code_(value_or_throw(OrgCode::parse("bench_" + random_hex(4)))) {
        value_or_throw(context_.provisioning().create(
            {code_, "Benchmark", {}, "standard", std::nullopt},
            Context::long_deadline()
        ));
        context_.directory().forget();
        session_ = std::make_unique<TenantSession>(context_, code_.str());
    }

    ScratchTenant(const ScratchTenant&) = delete;
    ScratchTenant& operator=(const ScratchTenant&) = delete;

    ~ScratchTenant() {
        session_.reset();
        const auto removed = context_.provisioning().remove(
            code_,
            context_.config().storage.dir,
            Context::long_deadline()
        );
        if (!removed) {
            context_.output().remark("the organization " + code_.str() + " could not be removed");
        }
    }

    [[nodiscard]] TenantSession& session() { return *session_; }

private:
    Context& context_;
    const OrgCode code_;
    std::unique_ptr<TenantSession> session_;
};

// No queue: steps commit without a lease to prove.
class NoJob final : public JobControl {
public:
    [[nodiscard]] bool stop_requested() const override { return false; }

    [[nodiscard]] Result<void> checkpoint(mysql::Transaction& /*transaction*/) override {
        return {};
    }

    [[nodiscard]] Result<void>
    complete(mysql::Transaction& /*transaction*/, const Json& /*output*/) override {
        return {};
    }

    void progress(int /*percent*/, const std::string& /*message*/) override {}
};

int measure(
    Context& context, const char* what, std::uint64_t rows, const std::function<void()>& work
) {
    const auto begun = std::chrono::steady_clock::now();
    work();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
    const auto per_second =
        static_cast<std::uint64_t>(static_cast<double>(rows) / std::max(took.count(), 1e-6));
    std::ostringstream seconds;
    seconds << std::fixed << std::setprecision(2) << took.count();
    context.output().result(
        {{what, rows}, {"seconds", took.count()}, {"per_s", per_second}},
        std::to_string(rows) + " " + what + " in " + seconds.str() +
            " s: " + std::to_string(per_second) + " a second"
    );
    return 0;
}

StoredFile write_sample_file(const TenantStorage& storage, std::uint64_t rows) {
    constexpr std::size_t block_bytes = std::size_t{1} << 20U;
    StoredFile file{TenantStorage::new_name("imports", ".csv"), 0};
    auto target = value_or_throw(OutputFile::open(storage.path(file.name)));
    std::string text;
    for (std::uint64_t number = 0; number <= rows; ++number) {
        text += sample_employee_line(number);
        if (text.size() >= block_bytes || number == rows) {
            value_or_throw(target.write_at(file.bytes, text));
            file.bytes += text.size();
            text.clear();
        }
    }
    return file;
}

int bench_import(Context& context, const BenchOptions& options) {
    ScratchTenant tenant(context);
    TenantSession& session = tenant.session();
    const StoredFile file = write_sample_file(session.storage(), options.rows);
    data_import::ImportRecord import;
    import.target = "employees";
    import.file_name = file.name;
    import.file_bytes = file.bytes;
    const std::uint64_t id = mysql::with_transaction(
        session.pool(),
        Context::short_deadline(),
        [&](mysql::Transaction& transaction) {
            return data_import::insert_import(transaction, import, "benchmark", new_uuid());
        }
    );
    return measure(context, "rows", options.rows, [&] {
        NoJob job;
        value_or_throw(data_import::run_import(session.pool(), job, session.storage(), id));
    });
}

int bench_payroll(Context& context, const BenchOptions& options) {
    ScratchTenant tenant(context);
    mysql::Pool& pool = tenant.session().pool();
    const auto period = value_or_throw(hr::parse_payroll_period(month));
    seed_employees(pool, options.rows, period);
    return measure(context, "payslips", options.rows, [&] {
        NoJob job;
        value_or_throw(hr::run_payroll(pool, job, {period, new_uuid(), std::nullopt}));
    });
}

int bench_report(Context& context, const BenchOptions& options) {
    ScratchTenant tenant(context);
    TenantSession& session = tenant.session();
    seed_sales(session.pool(), options.rows);
    const auto request = value_or_throw(reports::parse_request(
        *session.connection(),
        {{"report", "invoices"}, {"format", options.format}}
    ));
    return measure(context, "rows", options.rows, [&] {
        NoJob job;
        value_or_throw(
            reports::build_report(session.pool(), job, session.storage(), request, new_uuid())
        );
    });
}

} // namespace

void add_module_benchmarks(CLI::App& bench, Commands& commands) {
    struct Verb {
        const char* name;
        const char* description;
        int (*does)(Context&, const BenchOptions&);
    };

    for (const Verb& verb :
         {Verb{"import", "Employees out of a CSV file", bench_import},
          Verb{"payroll", "A month's payslips", bench_payroll},
          Verb{"report", "Invoices into a file", bench_report}}) {
        auto options = std::make_shared<BenchOptions>();
        CLI::App& command = *bench.add_subcommand(verb.name, verb.description);
        command.add_option("--rows", options->rows, "100000 if not given");
        if (verb.does == bench_report) {
            command.add_option("--format", options->format, "csv, xlsx or json");
        }
        commands.on(command, [options, does = verb.does](Context& context) {
            return does(context, *options);
        });
    }
}

} // namespace bgerp::cli
