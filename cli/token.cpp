// bgerp token …: access tokens for programs.

#include "cli/duration.hpp"
#include "cli/nouns.hpp"
#include "core_db/access_token.hpp"
#include "core_db/account.hpp"

namespace bgerp::cli {

namespace {

struct CreateOptions {
    std::string org;
    std::string account;
    std::vector<std::string> abilities;
    std::string expires;
    std::string name;
};

struct RevokeOptions {
    std::string org;
    std::uint64_t id = 0;
};

std::int64_t days_of(Context& context, const CreateOptions& options) {
    if (options.expires.empty()) {
        return context.config().security.token_days;
    }
    const auto life = value_or_throw(parse_duration(options.expires, "--expires"));
    constexpr std::chrono::hours day{24};
    const auto days = life / day;
    if (days < 1 || life % day != std::chrono::seconds(0)) {
        throw Failure(Error{
            ErrorCode::invalid_argument,
            "--expires is a number of whole days, such as 30d",
            "--expires",
            {}});
    }
    return days;
}

int create(Context& context, const CreateOptions& options) {
    const Tenant tenant = context.tenant(options.org);
    const auto connection = context.core_connection();
    const auto account = core_db::find_account(*connection, options.account);
    if (!account) {
        throw Failure(ErrorCode::not_found, "no account '" + options.account + "'");
    }
    const std::int64_t days = days_of(context, options);
    const auto created = value_or_throw(core_db::create_access_token(
        *connection,
        {tenant.org_id, account->id, options.name, options.abilities, days}
    ));
    context.output().result(
        {{"id", created.id},
         {"token", created.text},
         {"org", options.org},
         {"account", account->email},
         {"abilities", options.abilities},
         {"expires_days", days}},
        "token " + std::to_string(created.id) + " (shown this once):\n" + created.text
    );
    return 0;
}

Json optional_text(const std::optional<std::string>& text) {
    return text ? Json(*text) : Json();
}

int list(Context& context, const std::string& org) {
    const Tenant tenant = context.tenant(org);
    Json document = Json::array();
    Table table{{"ID", "ACCOUNT", "NAME", "ABILITIES", "EXPIRES", "LAST USED", "REVOKED"}, {}};
    for (const auto& token :
         core_db::list_access_tokens(*context.core_connection(), tenant.org_id)) {
        document.push_back(
            {{"id", token.id},
             {"account", token.email},
             {"name", token.name},
             {"abilities", token.abilities},
             {"created_at", token.created_at},
             {"expires_at", token.expires_at},
             {"last_used_at", optional_text(token.last_used_at)},
             {"revoked_at", optional_text(token.revoked_at)}}
        );
        std::string abilities;
        for (const std::string& ability : token.abilities) {
            abilities.append(abilities.empty() ? "" : ",").append(ability);
        }
        table.rows.push_back(
            {std::to_string(token.id),
             token.email,
             token.name,
             abilities,
             token.expires_at,
             token.last_used_at.value_or("-"),
             token.revoked_at.value_or("-")}
        );
    }
    context.output().result(document, table);
    return 0;
}

int revoke(Context& context, const RevokeOptions& options) {
    const Tenant tenant = context.tenant(options.org);
    value_or_throw(
        core_db::revoke_access_token(*context.core_connection(), tenant.org_id, options.id)
    );
    context.output().result(
        {{"id", options.id}, {"revoked", true}},
        "token " + std::to_string(options.id) + " is revoked"
    );
    return 0;
}

} // namespace

void add_token(CLI::App& root, Commands& commands) {
    CLI::App& noun = *root.add_subcommand("token", "Access tokens for programs");
    noun.require_subcommand(1);

    auto options = std::make_shared<CreateOptions>();
    CLI::App& create_command = *noun.add_subcommand("create", "Make one and show it once");
    create_command.add_option("ORG", options->org)->required();
    create_command.add_option("--account", options->account, "E-mail of a member")->required();
    create_command
        .add_option("--abilities", options->abilities, "What it allows: jobs:*, reports:run")
        ->delimiter(',')
        ->required();
    create_command.add_option("--expires", options->expires, "Life, such as 30d");
    create_command.add_option("--name", options->name, "To tell it from others");
    commands.on(create_command, [options](Context& context) { return create(context, *options); });

    auto org = std::make_shared<std::string>();
    CLI::App& list_command = *noun.add_subcommand("list", "Those of an organization");
    list_command.add_option("ORG", *org)->required();
    commands.on(list_command, [org](Context& context) { return list(context, *org); });

    auto revoked = std::make_shared<RevokeOptions>();
    CLI::App& revoke_command = *noun.add_subcommand("revoke", "Refuse one from now on");
    revoke_command.add_option("ORG", revoked->org)->required();
    revoke_command.add_option("ID", revoked->id)->required();
    commands.on(revoke_command, [revoked](Context& context) { return revoke(context, *revoked); });
}

} // namespace bgerp::cli
