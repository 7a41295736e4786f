#include "tenant_db/modules/job_kinds.hpp"

#include "tenant_db/modules/data_import/import_store.hpp"
#include "tenant_db/modules/data_import/start_import.hpp"
#include "tenant_db/modules/hr/payroll_period.hpp"
#include "tenant_db/modules/hr/start_payroll.hpp"
#include "tenant_db/modules/reports/build_report.hpp"

#include <algorithm>

namespace bgerp {

namespace {

Result<void> check_import(mysql::Session& session, const Json& args) {
    const auto id = args.find("import_id");
    if (id == args.end() || !id->is_number_unsigned()) {
        return fail(ErrorCode::invalid_argument, "import_id must be an import's id", "import_id");
    }
    const auto import = data_import::load_import(session, id->get<std::uint64_t>());
    return import ? Result<void>() : tl::unexpected<Error>(import.error());
}

Result<void> check_payroll(const Json& args) {
    const auto period = args.find("period");
    const bool text = period != args.end() && period->is_string();
    const auto parsed = hr::parse_payroll_period(text ? period->get<std::string>() : "");
    return parsed ? Result<void>() : tl::unexpected<Error>(parsed.error());
}

Result<void> check_report(mysql::Session& session, const Json& args) {
    const auto request = reports::parse_request(session, args);
    return request ? Result<void>() : tl::unexpected<Error>(request.error());
}

} // namespace

std::vector<std::string> job_kinds(const Config& config) {
    std::vector<std::string> kinds{
        data_import::import_kind,
        hr::payroll_kind,
        reports::report_kind,
        "noop",
        "bench_latency"};
    for (const ExecConfig& exec : config.exec) {
        kinds.push_back(exec.kind);
    }
    return kinds;
}

Result<void> check_job_kind(const Config& config, std::string_view kind) {
    const std::vector<std::string> kinds = job_kinds(config);
    if (std::find(kinds.begin(), kinds.end(), kind) != kinds.end()) {
        return {};
    }
    std::string names;
    for (const std::string& known : kinds) {
        names += (names.empty() ? "" : ", ") + known;
    }
    return fail(
        ErrorCode::invalid_argument,
        "no worker of ours runs the kind \"" + std::string(kind) + "\"; there are " + names,
        "kind"
    );
}

Result<void> check_job_args(mysql::Session& session, std::string_view kind, const Json& args) {
    if (!args.is_object() && !args.is_null()) {
        return fail(ErrorCode::invalid_argument, "arguments must be a JSON object", "args");
    }
    if (kind == data_import::import_kind) {
        return check_import(session, args);
    }
    if (kind == hr::payroll_kind) {
        return check_payroll(args);
    }
    if (kind == reports::report_kind) {
        return check_report(session, args);
    }
    return {};
}

} // namespace bgerp
