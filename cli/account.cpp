// bgerp account …: people who may log in.

#include "core_db/account.hpp"

#include "base/mysql/transaction.hpp"
#include "cli/nouns.hpp"
#include "cli/secret.hpp"

namespace bgerp::cli {

namespace {

struct AccountOptions {
    std::string org;
    std::string email;
    std::string name;
    std::string role = "member";
    std::string password_file;
};

/// The password that was given, or a random one that is shown.
struct Password {
    std::string text;
    bool random = false;
};

Password password_of(const AccountOptions& options) {
    if (options.password_file.empty()) {
        return {core_db::random_password(), true};
    }
    return {value_or_throw(read_secret(options.password_file, "--password-file")), false};
}

void show(Context& context, Json document, std::string text, const Password& password) {
    if (password.random) {
        document["password"] = password.text;
        text += "\npassword (shown this once): " + password.text;
    }
    context.output().result(document, text);
}

int create(Context& context, const AccountOptions& options) {
    const Tenant tenant = context.tenant(options.org);
    const Password password = password_of(options);
    value_or_throw(mysql::with_transaction(
        context.core().pool(),
        Context::short_deadline(),
        [&](mysql::Transaction& transaction) -> Result<void> {
            auto id =
                core_db::create_account(transaction, options.email, options.name, password.text);
            if (!id) {
                return tl::unexpected(std::move(id.error()));
            }
            core_db::join_organization(transaction, *id, tenant.org_id, options.role);
            return {};
        }
    ));
    show(
        context,
        {{"email", options.email}, {"org", options.org}, {"role", options.role}},
        "account " + options.email + " is a member of " + options.org + " as " + options.role,
        password
    );
    return 0;
}

int list(Context& context, const std::string& org) {
    const Tenant tenant = context.tenant(org);
    Json document = Json::array();
    Table table{{"EMAIL", "NAME", "ROLE", "STATE", "CREATED"}, {}};
    for (const auto& account : core_db::list_accounts(*context.core_connection(), tenant.org_id)) {
        const std::string state = account.active ? "active" : "disabled";
        document.push_back(
            {{"email", account.email},
             {"name", account.name},
             {"role", account.role},
             {"state", state},
             {"created_at", account.created_at}}
        );
        table.rows.push_back({account.email, account.name, account.role, state, account.created_at}
        );
    }
    context.output().result(document, table);
    return 0;
}

int set_password(Context& context, const AccountOptions& options) {
    const Password password = password_of(options);
    value_or_throw(core_db::set_password(*context.core_connection(), options.email, password.text));
    show(
        context,
        {{"email", options.email}},
        "the password of " + options.email + " is changed",
        password
    );
    return 0;
}

int set_active(Context& context, const std::string& email, bool active) {
    value_or_throw(core_db::set_account_active(*context.core_connection(), email, active));
    const std::string state = active ? "active" : "disabled";
    context.output().result({{"email", email}, {"state", state}}, email + " is " + state);
    return 0;
}

void add_create(CLI::App& noun, Commands& commands) {
    auto options = std::make_shared<AccountOptions>();
    CLI::App& command = *noun.add_subcommand("create", "Make one and a member of an organization");
    command.add_option("ORG", options->org)->required();
    command.add_option("--email", options->email)->required();
    command.add_option("--name", options->name);
    command.add_option("--role", options->role, "Role in the organization: admin, member, …");
    command
        .add_option("--password-file", options->password_file, "- for stdin; random if not given");
    commands.on(command, [options](Context& context) { return create(context, *options); });
}

} // namespace

void add_account(CLI::App& root, Commands& commands) {
    CLI::App& noun = *root.add_subcommand("account", "People who may log in");
    noun.require_subcommand(1);
    add_create(noun, commands);

    auto options = std::make_shared<AccountOptions>();
    CLI::App& list_command = *noun.add_subcommand("list", "The members of an organization");
    list_command.add_option("ORG", options->org)->required();
    commands.on(list_command, [options](Context& context) { return list(context, options->org); });

    CLI::App& password = *noun.add_subcommand("set-password", "Change a password");
    password.add_option("EMAIL", options->email)->required();
    password
        .add_option("--password-file", options->password_file, "- for stdin; random if not given");
    commands.on(password, [options](Context& context) { return set_password(context, *options); });

    for (const bool active : {false, true}) {
        CLI::App& command = *noun.add_subcommand(
            active ? "enable" : "disable",
            active ? "Let a disabled account in again" : "No login, and its tokens are refused"
        );
        command.add_option("EMAIL", options->email)->required();
        commands.on(command, [options, active](Context& context) {
            return set_active(context, options->email, active);
        });
    }
}

} // namespace bgerp::cli
