#include "tenant_db/modules/job_kinds.hpp"

#include "tenant_db/modules/data_import/import_store.hpp"
#include "tenant_db/modules/data_import/start_import.hpp"
#include "tenant_db/modules/hr/payroll_period.hpp"
#include "tenant_db/modules/hr/start_payroll.hpp"
#include "tenant_db/modules/reports/build_report.hpp"
#include "tenant_db/queue/job_signal.hpp"
#include "tenant_db/queue/remote_queue.hpp"

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
        queue::wait_kind,
        "noop",
        "bench_latency"};
    for (const ExecConfig& exec : config.exec) {
        kinds.push_back(exec.kind);
    }
    for (const HttpKindConfig& http : config.http) {
        kinds.push_back(http.kind);
    }
    const auto& remote = config.queue.remote_kinds;
    kinds.insert(kinds.end(), remote.begin(), remote.end());
    return kinds;
}

Result<std::string>
queue_of_kind(const Config& config, std::string_view kind, const std::string& asked) {
    const auto& kinds = config.queue.remote_kinds;
    if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) {
        return asked.empty() ? "default" : asked;
    }
    if (asked.empty()) {
        return queue::remote_queue_of(kind);
    }
    if (!queue::is_remote_queue(asked)) {
        return fail(
            ErrorCode::invalid_argument,
            "remote workers run the kind \"" + std::string(kind) +
                "\"; its queue must begin with " + std::string(queue::remote_queue_prefix),
            "queue"
        );
    }
    return asked;
}

Result<void> check_job_kind(const Config& config, std::string_view kind) {
    return JobRules(config).check_kind(std::string(kind));
}

std::optional<JsonSchema> args_schema(const Config& config, const std::string& kind) {
    std::string text;
    for (const auto& [name, schema] :
         {std::pair(data_import::import_kind, data_import::import_args),
          std::pair(hr::payroll_kind, hr::payroll_args),
          std::pair(reports::report_kind, reports::report_args)}) {
        text = kind == name ? schema : text;
    }
    if (const auto declared = config.args.find(kind); declared != config.args.end()) {
        text = declared->second;
    }
    return text.empty() ? std::nullopt : std::optional(value_or_throw(JsonSchema::compile(text)));
}

JobRules::JobRules(const Config& config)
    : kinds_(job_kinds(config))
    , aliases_(config.queue.aliases) {
    for (const std::string& kind : kinds_) {
        if (auto schema = args_schema(config, kind)) {
            schemas_.emplace(kind, std::move(*schema));
        }
    }
}

const std::string& JobRules::kind_of(const std::string& name) const {
    const auto alias = aliases_.find(name);
    return alias == aliases_.end() ? name : alias->second;
}

Result<void> JobRules::check_kind(const std::string& kind) const {
    if (std::find(kinds_.begin(), kinds_.end(), kind) != kinds_.end()) {
        return {};
    }
    std::string names;
    for (const std::string& known : kinds_) {
        names += (names.empty() ? "" : ", ") + known;
    }
    return fail(
        ErrorCode::invalid_argument,
        "no worker of ours runs the kind \"" + kind + "\"; there are " + names,
        "kind"
    );
}

Result<void> JobRules::check_args(const std::string& kind, const Json& args) const {
    if (!args.is_object() && !args.is_null()) {
        return fail(ErrorCode::invalid_argument, "arguments must be a JSON object", "args");
    }
    const auto schema = schemas_.find(kind);
    if (schema == schemas_.end()) {
        return {};
    }
    Result<void> checked = schema->second.check(args.is_null() ? Json::object() : args);
    if (!checked) {
        Error& error = checked.error();
        error.field = error.field.empty() ? "args" : "args." + error.field;
    }
    return checked;
}

Result<void> JobRules::check_job(queue::NewJob& job) const {
    const auto check = [this](queue::NewJob& one, const std::string& path) {
        one.kind = kind_of(one.kind);
        Result<void> checked =
            check_kind(one.kind).and_then([&] { return check_args(one.kind, one.args); });
        if (!checked) {
            checked.error().field.insert(0, path);
        }
        return checked;
    };
    if (Result<void> checked = check(job, ""); !checked) {
        return checked;
    }
    for (std::size_t i = 0; i < job.chain.size(); ++i) {
        const std::string path = "chain[" + std::to_string(i) + "].";
        if (Result<void> checked = check(job.chain[i], path); !checked) {
            return checked;
        }
    }
    return job.chain_catch.empty() ? Result<void>()
                                   : check(job.chain_catch.front(), "chain_catch.");
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
    if (kind == queue::wait_kind) {
        const auto wish = queue::parse_wait_args(args);
        return wish ? Result<void>() : tl::unexpected<Error>(wish.error());
    }
    if (kind == reports::report_kind) {
        return check_report(session, args);
    }
    return {};
}

} // namespace bgerp
