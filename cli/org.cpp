// bgerp org …: organizations and their life.

#include "cli/nouns.hpp"
#include "core_db/organization_weight.hpp"

namespace bgerp::cli {

namespace {

struct CreateOptions {
    std::string code;
    std::string name;
    std::vector<std::string> modules;
    std::string plan = "standard";
    std::optional<std::string> admin_email;
};

struct CodeOption {
    std::string code;
    bool yes = false;
    std::uint64_t weight = 1;
};

Json document_of(const Tenant& tenant) {
    return {
        {"code", tenant.code.str()},
        {"name", tenant.name},
        {"state", core_db::organization_state_name(tenant.state)},
        {"plan", tenant.plan},
        {"weight", tenant.weight},
        {"modules", tenant.modules},
        {"server", tenant.server},
        {"database", tenant.database},
        {"created_at", tenant.created_at}};
}

std::string joined(const std::vector<std::string>& parts) {
    std::string text;
    for (const std::string& part : parts) {
        text.append(text.empty() ? "" : ",").append(part);
    }
    return text;
}

std::string state_of(const Tenant& tenant) {
    return std::string(core_db::organization_state_name(tenant.state));
}

int create(Context& context, const CreateOptions& options) {
    const CreateOrganization wanted{
        value_or_throw(OrgCode::parse(options.code)),
        options.name.empty() ? options.code : options.name,
        options.modules,
        options.plan,
        options.admin_email};
    const auto created =
        value_or_throw(context.provisioning().create(wanted, Context::long_deadline()));
    Json document = document_of(created.tenant);
    std::string text = "organization " + options.code + " is ready in " + created.tenant.database;
    if (created.admin_email) {
        document["admin_email"] = *created.admin_email;
        text += "\nadministrator: " + *created.admin_email;
    }
    if (created.admin_password) {
        document["admin_password"] = *created.admin_password;
        text += "\npassword (shown this once): " + *created.admin_password;
    }
    context.output().result(document, text);
    return 0;
}

int list(Context& context, const std::string& state) {
    Json document = Json::array();
    Table table{{"CODE", "NAME", "STATE", "PLAN", "MODULES", "CREATED"}, {}};
    const auto connection = context.core_connection();
    for (auto& organization : core_db::list_organizations(*connection, std::nullopt)) {
        const Tenant tenant = tenant_of(std::move(organization));
        if (!state.empty() && state_of(tenant) != state) {
            continue;
        }
        document.push_back(document_of(tenant));
        table.rows.push_back(
            {tenant.code.str(),
             tenant.name,
             state_of(tenant),
             tenant.plan,
             joined(tenant.modules),
             tenant.created_at}
        );
    }
    context.output().result(document, table);
    return 0;
}

int show(Context& context, const std::string& code) {
    const Tenant tenant = context.tenant(code);
    context.output().result(
        document_of(tenant),
        "code      " + tenant.code.str() + "\nname      " + tenant.name + "\nstate     " +
            state_of(tenant) + "\nplan      " + tenant.plan + "\nweight    " +
            std::to_string(tenant.weight) + "\nmodules   " + joined(tenant.modules) +
            "\ndatabase  " + tenant.database + " on " + tenant.server + "\ncreated   " +
            tenant.created_at
    );
    return 0;
}

// For programs of the organization's own, such as a Laravel application on the same database.
int show_database(Context& context, const std::string& code) {
    const Tenant tenant = context.tenant(code);
    const auto& credentials = context.core().credentials();
    const mysql::Endpoint endpoint = credentials.endpoint(
        credentials.tenant(tenant.org_id, tenant.server, tenant.epoch),
        tenant.database
    );
    const bool by_socket = !endpoint.socket.empty();
    const std::string where =
        by_socket ? endpoint.socket : endpoint.host + ":" + std::to_string(endpoint.port);
    context.output().result(
        {{"socket", by_socket ? Json(endpoint.socket) : Json()},
         {"host", by_socket ? Json() : Json(endpoint.host)},
         {"port", by_socket ? Json() : Json(endpoint.port)},
         {"database", endpoint.database},
         {"user", endpoint.user},
         {"password", endpoint.password}},
        (by_socket ? "socket    " : "server    ") + where + "\ndatabase  " + endpoint.database +
            "\nuser      " + endpoint.user + "\npassword  " + endpoint.password
    );
    return 0;
}

using Change = Result<Tenant> (Provisioning::*)(const OrgCode&, Deadline);

int change(Context& context, const std::string& code, Change verb) {
    Provisioning provisioning = context.provisioning();
    const OrgCode org = value_or_throw(OrgCode::parse(code));
    const Tenant tenant = value_or_throw((provisioning.*verb)(org, Context::short_deadline()));
    context.output().result(
        document_of(tenant),
        "organization " + code + " is " + state_of(tenant)
    );
    return 0;
}

int set_weight(Context& context, const CodeOption& option) {
    const Tenant tenant = context.tenant(option.code);
    core_db::set_organization_weight(*context.core_connection(), tenant.org_id, option.weight);
    Json document = document_of(tenant);
    document["weight"] = option.weight;
    context.output().result(
        document,
        "organization " + option.code + " has weight " + std::to_string(option.weight)
    );
    return 0;
}

int remove(Context& context, const CodeOption& option) {
    if (!option.yes) {
        throw Failure(
            ErrorCode::usage,
            "deleting drops the organization's database and files for good: add --yes"
        );
    }
    const OrgCode org = value_or_throw(OrgCode::parse(option.code));
    value_or_throw(
        context.provisioning().remove(org, context.config().storage.dir, Context::long_deadline())
    );
    context.output().result(
        {{"code", option.code}, {"deleted", true}},
        "organization " + option.code + " is deleted"
    );
    return 0;
}

void add_create(CLI::App& noun, Commands& commands) {
    auto options = std::make_shared<CreateOptions>();
    CLI::App& command = *noun.add_subcommand("create", "Make one, with its database, or finish it");
    command.add_option("CODE", options->code, "Short name: letters, digits, underscores")
        ->required();
    command.add_option("--name", options->name, "Its name as people write it");
    command.add_option("--modules", options->modules, "Modules, comma-separated; all if not given")
        ->delimiter(',');
    command.add_option("--plan", options->plan, "Plan, for its share of the workers");
    command
        .add_option("--admin-email", options->admin_email, "Account that may do everything in it");
    commands.on(command, [options](Context& context) { return create(context, *options); });
}

void add_changes(CLI::App& noun, Commands& commands) {
    struct Verb {
        const char* name;
        const char* description;
        Change change;
    };

    for (const Verb& verb :
         {Verb{"suspend", "No more requests and jobs for now", &Provisioning::suspend},
          Verb{"resume", "Take up a suspended or archived one", &Provisioning::resume},
          Verb{"rotate", "New password for its database account", &Provisioning::rotate},
          Verb{"archive", "Put it away; the data stays", &Provisioning::archive}}) {
        auto option = std::make_shared<CodeOption>();
        CLI::App& command = *noun.add_subcommand(verb.name, verb.description);
        command.add_option("CODE", option->code)->required();
        commands.on(command, [option, does = verb.change](Context& context) {
            return change(context, option->code, does);
        });
    }
}

} // namespace

void add_org(CLI::App& root, Commands& commands) {
    CLI::App& noun = *root.add_subcommand("org", "Organizations, each with a database of its own");
    noun.require_subcommand(1);
    add_create(noun, commands);

    auto state = std::make_shared<std::string>();
    CLI::App& list_command = *noun.add_subcommand("list", "All of them");
    list_command.add_option("--state", *state, "Only those in this state");
    commands.on(list_command, [state](Context& context) { return list(context, *state); });

    auto shown = std::make_shared<CodeOption>();
    CLI::App& show_command = *noun.add_subcommand("show", "One of them");
    show_command.add_option("CODE", shown->code)->required();
    commands.on(show_command, [shown](Context& context) { return show(context, shown->code); });

    auto database = std::make_shared<CodeOption>();
    CLI::App& database_command =
        *noun.add_subcommand("database", "Where its database is, and its account with password");
    database_command.add_option("CODE", database->code)->required();
    commands.on(database_command, [database](Context& context) {
        return show_database(context, database->code);
    });

    add_changes(noun, commands);

    auto weighed = std::make_shared<CodeOption>();
    CLI::App& weight_command = *noun.add_subcommand("weight", "Set its share of the workers");
    weight_command.add_option("CODE", weighed->code)->required();
    weight_command.add_option("WEIGHT", weighed->weight, "Relative to the others', which have 1")
        ->required()
        ->check(CLI::Range(1, 1000));
    commands.on(weight_command, [weighed](Context& context) {
        return set_weight(context, *weighed);
    });

    auto removed = std::make_shared<CodeOption>();
    CLI::App& delete_command = *noun.add_subcommand("delete", "Drop its database and files");
    delete_command.add_option("CODE", removed->code)->required();
    delete_command.add_flag("--yes", removed->yes, "Yes, for good");
    commands.on(delete_command, [removed](Context& context) { return remove(context, *removed); });
}

} // namespace bgerp::cli
