// bgerp doctor: is everything in place that the programs need, and if not, what to do.

#include "base/mysql/error.hpp"
#include "cli/nouns.hpp"
#include "core_db/worker_registry.hpp"
#include "tenant_db/database_accounts.hpp"
#include "tenant_db/queue/tables.hpp"

#include <filesystem>

namespace bgerp::cli {

namespace {

namespace fs = std::filesystem;

enum class Verdict { ok, warning, failure };

struct Finding {
    std::string check;
    Verdict verdict;
    std::string message;
};

using Findings = std::vector<Finding>;

// Tenants that are looked at one by one; all of thousands would take minutes.
constexpr std::size_t tenants_tried_max = 50;
constexpr std::uintmax_t disk_wanted_bytes = std::uintmax_t{1} << 30U;
constexpr std::chrono::seconds worker_alive_for{30};

const char* verdict_name(Verdict verdict) {
    switch (verdict) {
    case Verdict::ok:
        return "ok";
    case Verdict::warning:
        return "warning";
    default:
        return "failure";
    }
}

/// Runs one check; whatever it throws is its finding, so that the next ones still run.
void examine(Findings& findings, const std::string& check, const std::function<Finding()>& fn) {
    try {
        findings.push_back(fn());
    } catch (const Failure& failure) {
        findings.push_back({check, Verdict::failure, failure.what()});
    }
    findings.back().check = check;
}

Finding fine(std::string message) {
    return {{}, Verdict::ok, std::move(message)};
}

Finding check_master_key(Context& context) {
    const std::string& file = context.config().security.master_key_file;
    static_cast<void>(value_or_throw(core_db::MasterKey::load(file)));
    return fine(file + " is readable by its owner alone");
}

Finding check_admin(Context& context) {
    const auto endpoint = value_or_throw(admin_endpoint(context.config().database));
    mysql::Connection connection(endpoint);
    const auto version =
        connection.query_one("SELECT VERSION()", {}, [](const mysql::Row& r) { return r.text(0); });
    return fine("the administrator's account connects to " + version.value_or("?"));
}

Finding check_core(Context& context) {
    std::size_t pending = 0;
    for (const auto& entry : context.migrator().core_status(Context::short_deadline())) {
        pending += entry.applied_at ? 0 : 1;
    }
    if (pending != 0) {
        return {{}, Verdict::failure, std::to_string(pending) + " pending: run bgerp migrate core"};
    }
    static_cast<void>(context.core_connection()->ping());
    return fine("the core database is up to date");
}

Finding check_tenants(Context& context) {
    const auto tenants = context.directory().active(Context::short_deadline());
    std::string behind;
    std::size_t tried = 0;
    for (const Tenant& tenant : *tenants) {
        if (++tried > tenants_tried_max) {
            break;
        }
        for (const auto& entry : context.migrator().status(tenant, Context::short_deadline())) {
            if (!entry.applied_at) {
                behind.append(behind.empty() ? "" : ", ").append(tenant.code.str());
                break;
            }
        }
    }
    if (!behind.empty()) {
        return {{}, Verdict::failure, "behind: " + behind + "; run bgerp migrate all"};
    }
    return fine(
        std::to_string(std::min(tried, tenants_tried_max)) + " of " +
        std::to_string(tenants->size()) + " active organizations looked at, all up to date"
    );
}

Finding check_grants(Context& context) {
    const auto tenants = context.directory().active(Context::short_deadline());
    const Deadline deadline = Context::short_deadline();
    const auto queue = context.pools().queue_pool().acquire(deadline);
    const auto sweep = context.pools().sweep_pool().acquire(deadline);
    std::size_t tried = 0;
    for (const Tenant& tenant : *tenants) {
        if (++tried > tenants_tried_max) {
            break;
        }
        const auto pool = context.pools().pool(tenant, deadline);
        static_cast<void>(pool->acquire(deadline)->ping());
        const std::string jobs = "`" + tenant.database + "`.jobs";
        queue->query("SELECT id FROM " + jobs + " LIMIT 1", {}, [](const mysql::Row&) {});
        sweep->query("SELECT queue FROM " + jobs + " LIMIT 1", {}, [](const mysql::Row&) {});
    }
    return fine(
        "the accounts of " + std::to_string(std::min(tried, tenants_tried_max)) +
        " organizations, the queue's and the sweep's can do their work"
    );
}

Finding check_disk(const std::string& folder) {
    fs::path path(folder);
    while (!fs::exists(path) && path.has_parent_path() && path != path.parent_path()) {
        path = path.parent_path();
    }
    const auto available = fs::space(path).available;
    const std::string text = std::to_string(available >> 20U) + " MiB free for " + folder;
    return {{}, available < disk_wanted_bytes ? Verdict::warning : Verdict::ok, text};
}

Finding check_workers(Context& context) {
    const auto workers = core_db::list_workers(*context.core_connection(), worker_alive_for);
    if (workers.empty()) {
        return {{}, Verdict::warning, "no worker runs: jobs wait until one does"};
    }
    return fine(std::to_string(workers.size()) + " workers are alive");
}

int doctor(Context& context) {
    Findings findings;
    examine(findings, "configuration", [&] {
        const std::string& file = context.config().file;
        return fine(file.empty() ? "defaults and environment" : file);
    });
    const Config& config = context.config();
    examine(findings, "master key", [&] { return check_master_key(context); });
    examine(findings, "database", [&] { return check_admin(context); });
    examine(findings, "core migrations", [&] { return check_core(context); });
    examine(findings, "tenant migrations", [&] { return check_tenants(context); });
    examine(findings, "accounts and rights", [&] { return check_grants(context); });
    examine(findings, "disk, database", [&] { return check_disk(config.database.data_dir); });
    examine(findings, "disk, files", [&] { return check_disk(config.storage.dir); });
    examine(findings, "workers", [&] { return check_workers(context); });

    Json document = Json::array();
    Table table{{"CHECK", "", "FINDING"}, {}};
    bool healthy = true;
    for (const Finding& finding : findings) {
        healthy = healthy && finding.verdict != Verdict::failure;
        const std::string verdict = verdict_name(finding.verdict);
        document.push_back(
            {{"check", finding.check}, {"verdict", verdict}, {"message", finding.message}}
        );
        table.rows.push_back({finding.check, verdict, finding.message});
    }
    context.output().result({{"healthy", healthy}, {"checks", document}}, table);
    return healthy ? 0 : 1;
}

} // namespace

void add_doctor(CLI::App& root, Commands& commands) {
    commands.on(
        *root.add_subcommand("doctor", "Is everything in place, and what to do if not"),
        doctor
    );
}

} // namespace bgerp::cli
