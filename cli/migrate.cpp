// bgerp migrate …: the shape of databases.

#include "cli/nouns.hpp"
#include "core_db/master_key.hpp"
#include "migrations/core/admin_seed.hpp"

namespace bgerp::cli {

namespace {

struct MigrateOptions {
    std::string org; // empty: the core database, where that is allowed
    std::string admin_email = "admin@localhost.localdomain";
    std::optional<std::int64_t> steps;
    std::size_t parallel = 2;
    bool pretend = false;
    bool yes = false;
};

// Another runner on the same database is waited for this long.
Deadline waiting() {
    return Deadline::after(std::chrono::minutes(2));
}

migrations::Print printer(Context& context, const MigrateOptions& options, Json& printed) {
    if (!options.pretend) {
        return {};
    }
    return [&context, &printed](const std::string& sql) {
        printed.push_back(sql);
        context.output().line(sql);
    };
}

std::string summary(const std::string& what, const MigrationNames& names) {
    if (names.empty()) {
        return what + ": nothing to do";
    }
    std::string text = what + ":";
    for (const std::string& name : names) {
        text += "\n  " + name;
    }
    return text;
}

void show(
    Context& context,
    const MigrateOptions& options,
    const std::string& database,
    const char* done,
    const MigrationNames& names,
    const Json& printed
) {
    Json document{{"database", database}, {done, names}};
    std::string text = summary(database, names);
    if (options.pretend) {
        document["pretended"] = printed;
        text = database + ": nothing was changed";
    }
    context.output().result(document, text);
}

int core(Context& context, const MigrateOptions& options) {
    static_cast<void>(value_or_throw(
        core_db::MasterKey::load_or_create(context.config().security.master_key_file)
    ));
    Json printed = Json::array();
    const auto print = printer(context, options, printed);
    const auto names = value_or_throw(context.migrator().migrate_core(waiting(), print));
    if (!options.pretend) {
        const auto admin = value_or_throw(migrations::ensure_admin_seeded(
            context.core().pool(),
            options.admin_email,
            Context::short_deadline()
        ));
        if (admin && admin->password) {
            context.output().remark(
                "platform administrator " + admin->email +
                ", password (shown this once): " + *admin->password
            );
        }
    }
    show(context, options, context.config().database.core_name, "applied", names, printed);
    return 0;
}

int tenant(Context& context, const MigrateOptions& options) {
    const Tenant one = context.tenant(options.org);
    Json printed = Json::array();
    const auto print = printer(context, options, printed);
    const auto names = value_or_throw(context.migrator().migrate(one, waiting(), print));
    show(context, options, one.database, "applied", names, printed);
    return 0;
}

/// Everything but what is half made or half gone, which its own command completes.
std::vector<Tenant> tenants_to_migrate(Context& context) {
    std::vector<Tenant> tenants;
    const auto connection = context.core_connection();
    for (auto& organization : core_db::list_organizations(*connection, std::nullopt)) {
        const bool whole = organization.state != TenantState::creating &&
                           organization.state != TenantState::deleting;
        if (whole) {
            tenants.push_back(tenant_of(std::move(organization)));
        }
    }
    return tenants;
}

int all(Context& context, const MigrateOptions& options) {
    const std::vector<Tenant> tenants = tenants_to_migrate(context);
    Json failed = Json::array();
    std::size_t changed = 0;
    std::size_t seen = 0;
    const auto report = [&](const TenantMigrated& result) {
        ++seen;
        const std::string place = "[" + std::to_string(seen) + "/" +
                                  std::to_string(tenants.size()) + "] " + result.org_code;
        if (!result.applied) {
            const Error& error = result.applied.error();
            failed.push_back({{"org", result.org_code}, {"message", error.message}});
            context.output().remark(place + ": " + error.message + " (" + error.detail + ")");
        } else if (!result.applied->empty()) {
            ++changed;
            context.output().remark(
                place + ": " + std::to_string(result.applied->size()) + " done"
            );
        }
    };
    context.migrator().migrate_all(tenants, options.parallel, Context::long_deadline(), report);
    context.output().result(
        {{"tenants", tenants.size()}, {"migrated", changed}, {"failed", failed}},
        std::to_string(tenants.size()) + " organizations, " + std::to_string(changed) +
            " migrated, " + std::to_string(failed.size()) + " failed"
    );
    return failed.empty() ? 0 : 1;
}

int status(Context& context, const MigrateOptions& options) {
    const auto entries = options.org.empty()
                             ? context.migrator().core_status(waiting())
                             : context.migrator().status(context.tenant(options.org), waiting());
    Json document = Json::array();
    Table table{{"MIGRATION", "MODULE", "APPLIED", "BATCH"}, {}};
    for (const auto& entry : entries) {
        document.push_back(
            {{"migration", entry.name},
             {"module", entry.module},
             {"applied_at", entry.applied_at ? Json(*entry.applied_at) : Json()},
             {"batch", entry.batch ? Json(*entry.batch) : Json()}}
        );
        table.rows.push_back(
            {entry.name,
             entry.module.empty() ? "(not known to this program)" : entry.module,
             entry.applied_at.value_or("pending"),
             entry.batch ? std::to_string(*entry.batch) : "-"}
        );
    }
    context.output().result(document, table);
    return 0;
}

int rollback(Context& context, const MigrateOptions& options) {
    Json printed = Json::array();
    const auto print = printer(context, options, printed);
    if (options.org.empty()) {
        const auto names =
            value_or_throw(context.migrator().roll_back_core(options.steps, waiting(), print));
        show(context, options, context.config().database.core_name, "rolled_back", names, printed);
        return 0;
    }
    const Tenant one = context.tenant(options.org);
    const auto names =
        value_or_throw(context.migrator().roll_back(one, options.steps, waiting(), print));
    show(context, options, one.database, "rolled_back", names, printed);
    return 0;
}

int fresh(Context& context, const MigrateOptions& options) {
    if (!options.yes) {
        throw Failure(ErrorCode::usage, "this drops every table with its data: add --yes");
    }
    const Tenant one = context.tenant(options.org);
    const auto names = value_or_throw(context.migrator().start_afresh(one, waiting()));
    show(context, options, one.database, "applied", names, Json::array());
    return 0;
}

using Verb = int (*)(Context&, const MigrateOptions&);

enum class Org { none, optional, required };

CLI::App& add_verb(
    CLI::App& noun,
    Commands& commands,
    const char* name,
    const char* description,
    Verb verb,
    Org org,
    const std::shared_ptr<MigrateOptions>& options
) {
    CLI::App& command = *noun.add_subcommand(name, description);
    if (org != Org::none) {
        command.add_option("ORG", options->org)->required(org == Org::required);
    }
    commands.on(command, [options, verb](Context& context) { return verb(context, *options); });
    return command;
}

} // namespace

void add_migrate(CLI::App& root, Commands& commands) {
    CLI::App& noun =
        *root.add_subcommand("migrate", "Bring databases into the shape of this release");
    noun.require_subcommand(1);
    auto o = std::make_shared<MigrateOptions>();
    const auto add = [&](const char* name, const char* description, Verb verb, Org org) {
        return &add_verb(noun, commands, name, description, verb, org, o);
    };
    const auto pretend = [&](CLI::App* command) {
        command->add_flag("--pretend", o->pretend, "Print the SQL, change nothing");
    };
    CLI::App* core_command =
        add("core", "The platform's database, made if need be", core, Org::none);
    pretend(core_command);
    core_command->add_option("--admin-email", o->admin_email, "The first platform administrator");
    pretend(add("tenant", "One organization's database", tenant, Org::required));
    add("all", "All organizations', going on past one that fails", all, Org::none)
        ->add_option("--parallel", o->parallel, "How many at a time")
        ->check(CLI::Range(1, 32));
    add("status", "What is applied, of an organization or the core", status, Org::optional);
    CLI::App* back = add("rollback", "Take back the last batch", rollback, Org::optional);
    pretend(back);
    back->add_option("--step", o->steps, "So many migrations instead")->check(CLI::Range(1, 1000));
    add("fresh", "Drop all tables of one organization and migrate again", fresh, Org::required)
        ->add_flag("--yes", o->yes, "Yes, with all data");
}

} // namespace bgerp::cli
