// bgerp import: a file's rows into a module's table.

#include "cli/job_wait.hpp"
#include "cli/nouns.hpp"
#include "tenant_db/modules/data_import/import_store.hpp"
#include "tenant_db/modules/data_import/start_import.hpp"
#include "tenant_db/queue/inspect.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

namespace bgerp::cli {

namespace {

struct ImportOptions {
    std::string org;
    std::string file;
    std::string target;
    std::string mode = "insert";
    std::string map_file;
    std::string errors_file;
    bool dry_run = false;
    bool wait = false;
};

Json read_mapping(const std::string& file) {
    if (file.empty()) {
        return {};
    }
    const std::ifstream stream(file, std::ios::binary);
    if (!stream) {
        throw Failure(Error{ErrorCode::not_found, "can't read " + file, "--map", {}});
    }
    std::stringstream text;
    text << stream.rdbuf();
    auto mapping = parse_json(text.str());
    if (!mapping) {
        throw Failure(
            Error{ErrorCode::invalid_argument, file + ": " + mapping.error().message, "--map", {}}
        );
    }
    return std::move(*mapping);
}

data_import::StartedImport
start(TenantSession& tenant, const ImportOptions& options, data_import::ImportOrder& order) {
    const std::string name = TenantStorage::new_name("imports", ".csv");
    order.file = value_or_throw(tenant.storage().copy_in(options.file, name));
    try {
        return tenant.enqueueing([&](mysql::Transaction& transaction) {
            return data_import::start_import(transaction, order);
        });
    } catch (...) {
        std::error_code ignored; // the order's own error is the one to report
        std::filesystem::remove(tenant.storage().path(name), ignored);
        throw;
    }
}

// An import without rejected rows leaves an empty file, so that no older one is taken for its.
void copy_errors(TenantSession& tenant, std::uint64_t import_id, const std::string& to) {
    const auto import = value_or_throw(data_import::load_import(*tenant.connection(), import_id));
    std::ofstream target(to, std::ios::binary | std::ios::trunc);
    if (import.cursor.errors_bytes > 0) {
        const std::ifstream source(
            tenant.storage().path(import.errors_file_name()),
            std::ios::binary
        );
        target << source.rdbuf();
    }
    target.flush();
    if (!target) {
        throw Failure(Error{ErrorCode::internal, "can't write " + to, "--errors", {}});
    }
}

std::string summary_of(const Json& output) {
    std::string text = to_text(output["rows"]) + " rows, " + to_text(output["accepted"]) +
                       " accepted, " + to_text(output["rejected"]) + " rejected";
    for (const auto& [code, count] : output["errors"].items()) {
        text += "\n  " + code + ": " + to_text(count);
    }
    return text;
}

int run(Context& context, const ImportOptions& options) {
    TenantSession tenant(context, options.org);
    data_import::ImportOrder order;
    order.target = options.target;
    order.mode = options.mode;
    order.mapping = read_mapping(options.map_file);
    order.dry_run = options.dry_run;
    order.original_name = std::filesystem::path(options.file).filename().string();
    value_or_throw(data_import::check_order(order));
    const auto started = start(tenant, options, order);
    if (!options.wait) {
        Json job = value_or_throw(
            queue::show_job(*tenant.connection(), queue::QueueSchema::current(), started.job_uuid)
        );
        job["import_id"] = started.import_id;
        context.output().result(
            job,
            "import " + std::to_string(started.import_id) + " is job " + started.job_uuid +
                "; wait for it with `bgerp job wait " + options.org + " " + started.job_uuid + "`"
        );
        return 0;
    }
    const Json output = wait_for_output(context, tenant, started.job_uuid);
    if (!options.errors_file.empty()) {
        copy_errors(tenant, started.import_id, options.errors_file);
    }
    context.output().result(output, summary_of(output));
    return 0;
}

} // namespace

void add_import(CLI::App& root, Commands& commands) {
    auto options = std::make_shared<ImportOptions>();
    CLI::App& noun = *root.add_subcommand("import", "Load a CSV file into a module's table");
    noun.add_option("ORG", options->org)->required();
    noun.add_option("FILE", options->file, "CSV, UTF-8, with a header line")->required();
    noun.add_option("--to", options->target, "employees, customers, invoices, …")->required();
    noun.add_option("--mode", options->mode, "insert (refuse what exists) or upsert (change it)");
    noun.add_option("--map", options->map_file, "JSON file: {\"csv column\": \"field\"}");
    noun.add_flag("--dry-run", options->dry_run, "Check all rows, write none");
    CLI::Option& wait = *noun.add_flag("--wait", options->wait, "Until it is done");
    noun.add_option("--errors", options->errors_file, "Where the rejected rows go; with --wait")
        ->needs(&wait);
    commands.on(noun, [options](Context& context) { return run(context, *options); });
}

} // namespace bgerp::cli
