// bgerp report …: reports written to files, or saved to be run again by name.

#include "base/mysql/private_server.hpp"
#include "base/termination.hpp"
#include "cli/nouns.hpp"
#include "cli/progress_bar.hpp"
#include "cli/tenant_session.hpp"
#include "tenant_db/modules/reports/build_report.hpp"
#include "tenant_db/modules/reports/report_catalog.hpp"
#include "tenant_db/modules/reports/report_store.hpp"
#include "tenant_db/schedule/schedule_store.hpp"

#include <filesystem>
#include <fstream>
#include <iostream>

namespace bgerp::cli {

namespace {

struct ReportOptions {
    std::string org;
    std::string name;
    std::string report; // of a saved one
    std::vector<std::string> params;
    std::string format;
    std::string file;
};

Json parse_params(const std::vector<std::string>& params) {
    Json parameters = Json::object();
    for (const std::string& param : params) {
        const std::size_t equals = param.find('=');
        if (equals == std::string::npos || equals == 0) {
            throw Failure(ErrorCode::usage, "--param wants name=value, not '" + param + "'");
        }
        parameters[param.substr(0, equals)] = param.substr(equals + 1);
    }
    return parameters;
}

Json request_json(const ReportOptions& options) {
    return {
        {"report", options.name},
        {"parameters", parse_params(options.params)},
        {"format", options.format}};
}

reports::ReportRequest request_of(TenantSession& tenant, const ReportOptions& options) {
    return value_or_throw(reports::parse_request(*tenant.connection(), request_json(options)));
}

// Written here and now, by this process: who asks for a file at the command line waits for it
// anyway, and needs no worker.
std::uint64_t
write(TenantSession& tenant, const reports::ReportRequest& request, const std::string& path) {
    const Termination termination;
    ProgressBar bar;
    const reports::ReportWatch watch{
        [&] { return termination.wait_for(std::chrono::milliseconds(0)); },
        [&](int percent, const std::string& message) { bar.show(percent, message); }};
    return value_or_throw(reports::write_report(tenant.pool(), request, path, watch));
}

void print_file(const std::string& path) {
    const std::ifstream file(path, std::ios::binary);
    std::cout << file.rdbuf() << std::flush;
}

int run(Context& context, const ReportOptions& options) {
    TenantSession tenant(context, options.org);
    const reports::ReportRequest request = request_of(tenant, options);
    const std::string format(reports::report_format_name(request.format));
    const bool to_stdout = options.file.empty() && !context.output().json();
    if (to_stdout && request.format == reports::ReportFormat::xlsx) {
        throw Failure(ErrorCode::usage, "an XLSX file needs a name: -o FILE");
    }
    std::string path = options.file;
    if (path.empty()) {
        const std::string name = TenantStorage::new_name("reports", "." + format);
        path = tenant.storage().path(name);
        std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    }
    const std::uint64_t rows = write(tenant, request, path);
    if (to_stdout) {
        print_file(path);
        std::filesystem::remove(path);
        return 0;
    }
    context.output().result(
        {{"report", request.report->name},
         {"format", format},
         {"parameters", request.parameters},
         {"rows", rows},
         {"bytes", std::filesystem::file_size(path)},
         {"file", path}},
        std::to_string(rows) + " rows in " + path
    );
    return 0;
}

std::string words_of(const Json& parameters) {
    std::string text;
    for (const auto& [name, value] : parameters.items()) {
        text += (text.empty() ? "" : " ") + name + "=" +
                (value.is_string() ? value.get<std::string>() : to_text(value));
    }
    return text;
}

int list(Context& context, const ReportOptions& options) {
    Json document = Json::array();
    Table table{{"NAME", "PARAMETERS", "WHAT"}, {}};
    for (const reports::ReportDefinition& report : reports::all_reports()) {
        document.push_back(reports::describe_report(report));
        std::string parameters;
        for (const reports::ReportParameter& parameter : report.parameters) {
            parameters += (parameters.empty() ? "" : " ") + std::string(parameter.name);
        }
        table.rows.push_back({std::string(report.name), parameters, std::string(report.title)});
    }
    if (!options.org.empty()) {
        TenantSession tenant(context, options.org);
        for (const auto& saved : reports::list_saved_reports(*tenant.connection())) {
            document.push_back(
                {{"name", saved.name},
                 {"report", saved.report},
                 {"parameters", saved.parameters},
                 {"format", reports::report_format_name(saved.format)}}
            );
            table.rows.push_back({saved.name, words_of(saved.parameters), "saved: " + saved.report}
            );
        }
    }
    context.output().result(document, table);
    return 0;
}

int save(Context& context, const ReportOptions& options) {
    TenantSession tenant(context, options.org);
    const auto format =
        value_or_throw(reports::parse_report_format(options.format.empty() ? "csv" : options.format)
        );
    value_or_throw(reports::save_report(
        *tenant.connection(),
        {options.name, options.report, parse_params(options.params), format},
        "cli:" + mysql::caller_name()
    ));
    context.output().result(
        {{"name", options.name}, {"report", options.report}},
        "report " + options.name + " is saved"
    );
    return 0;
}

int remove(Context& context, const ReportOptions& options) {
    TenantSession tenant(context, options.org);
    value_or_throw(reports::delete_saved_report(*tenant.connection(), options.name));
    context.output().result(
        {{"name", options.name}, {"deleted", true}},
        "report " + options.name + " is deleted"
    );
    return 0;
}

// A schedule of the kind report.build under the report's name.
int schedule_report(Context& context, const ReportOptions& options, schedule::NewSchedule wanted) {
    TenantSession tenant(context, options.org);
    static_cast<void>(request_of(tenant, options)); // refused now rather than at night
    wanted.name = "report:" + options.name;
    wanted.kind = reports::report_kind;
    wanted.args = request_json(options);
    const auto made = tenant.in_transaction([&](mysql::Transaction& transaction) {
        return schedule::add_schedule(transaction, queue::QueueSchema::current(), wanted);
    });
    const Json json = to_json(made);
    context.output().result(
        json,
        "report " + options.name + " is made by the schedule " + wanted.name + "; first run " +
            (json["next_run_at"].is_string() ? json["next_run_at"].get<std::string>() : "never")
    );
    return 0;
}

void add_what(CLI::App& command, ReportOptions& options) {
    command.add_option("--param", options.params, "name=value, as often as needed");
    command.add_option("--format", options.format, "csv, xlsx or json");
}

} // namespace

void add_report(CLI::App& root, Commands& commands) {
    CLI::App& noun = *root.add_subcommand("report", "Reports");
    noun.require_subcommand(1);

    auto listed = std::make_shared<ReportOptions>();
    CLI::App& list_command = *noun.add_subcommand("list", "Which there are");
    list_command.add_option("ORG", listed->org, "With the organization's saved ones");
    commands.on(list_command, [listed](Context& context) { return list(context, *listed); });

    auto options = std::make_shared<ReportOptions>();
    CLI::App& run_command = *noun.add_subcommand("run", "Write one to a file");
    run_command.add_option("ORG", options->org)->required();
    run_command.add_option("NAME", options->name, "A report, or a saved one")->required();
    add_what(run_command, *options);
    run_command.add_option("-o,--output", options->file, "The file; else to stdout");
    commands.on(run_command, [options](Context& context) { return run(context, *options); });

    auto saved = std::make_shared<ReportOptions>();
    CLI::App& save_command = *noun.add_subcommand("save", "Keep parameters under a name");
    save_command.add_option("ORG", saved->org)->required();
    save_command.add_option("NAME", saved->name)->required();
    save_command.add_option("--report", saved->report, "The report it is")->required();
    add_what(save_command, *saved);
    commands.on(save_command, [saved](Context& context) { return save(context, *saved); });

    auto timed = std::make_shared<ReportOptions>();
    auto when = std::make_shared<schedule::NewSchedule>();
    CLI::App& schedule_command = *noun.add_subcommand("schedule", "Have one made on time");
    schedule_command.add_option("ORG", timed->org)->required();
    schedule_command.add_option("NAME", timed->name, "A report, or a saved one")->required();
    schedule_command.add_option("--cron", when->cron, "minute hour day month weekday, or @daily …")
        ->required();
    schedule_command.add_option("--time-zone", when->time_zone, "Such as Europe/Berlin; UTC");
    add_what(schedule_command, *timed);
    commands.on(schedule_command, [timed, when](Context& context) {
        return schedule_report(context, *timed, *when);
    });

    auto removed = std::make_shared<ReportOptions>();
    CLI::App& remove_command = *noun.add_subcommand("delete", "Drop a saved one");
    remove_command.add_option("ORG", removed->org)->required();
    remove_command.add_option("NAME", removed->name)->required();
    commands.on(remove_command, [removed](Context& context) { return remove(context, *removed); });
}

} // namespace bgerp::cli
