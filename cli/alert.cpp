// bgerp alert list|test: what fires, and whether telling works.

#include "cli/nouns.hpp"
#include "core_db/alert_state.hpp"
#include "tenant_db/alerts/alert_rules.hpp"
#include "tenant_db/alerts/alert_teller.hpp"

#include <algorithm>

namespace bgerp::cli {

namespace {

struct AlertOptions {
    std::string org;
    std::string name;
};

const AlertConfig* find_rule(Context& context, const std::string& name) {
    const auto& rules = context.config().alerts;
    const auto found = std::find_if(rules.begin(), rules.end(), [&](const AlertConfig& rule) {
        return rule.name == name;
    });
    return found == rules.end() ? nullptr : &*found;
}

int list(Context& context, const AlertOptions& options) {
    Json document = Json::array();
    Table table{{"ALERT", "ORG", "QUEUE", "SINCE", "WHAT", "TOLD"}, {}};
    for (const auto& alert : core_db::firing_alerts(*context.core_connection(), options.org)) {
        const AlertConfig* const rule = find_rule(context, alert.key.rule);
        const std::string text =
            rule == nullptr ? std::to_string(alert.value) : alerts::describe(*rule, alert.value);
        document.push_back(
            {{"alert", alert.key.rule},
             {"org", alert.key.org},
             {"queue", alert.key.queue},
             {"value", alert.value},
             {"text", text},
             {"began_at", alert.began_at},
             {"told", alert.told}}
        );
        table.rows.push_back(
            {alert.key.rule,
             alert.key.org,
             alert.key.queue,
             alert.began_at,
             text,
             alert.told ? "yes" : "no"}
        );
    }
    context.output().result(document, table);
    return 0;
}

int test(Context& context, const AlertOptions& options) {
    const AlertConfig* const rule = find_rule(context, options.name);
    if (rule == nullptr) {
        throw Failure(
            ErrorCode::not_found,
            "the configuration has no alert '" + options.name + "'"
        );
    }
    const std::string queue = rule->queue.empty() ? "default" : rule->queue;
    value_or_throw(alerts::tell_alert(
        *rule,
        {"test", {rule->name, rule->orgs.empty() ? "test" : rule->orgs.front(), queue}, 0, ""},
        [] { return false; }
    ));
    context.output().result(
        {{"alert", rule->name}, {"told", true}},
        "alert " + rule->name + ": the test was told"
    );
    return 0;
}

} // namespace

void add_alert(CLI::App& root, Commands& commands) {
    CLI::App& noun = *root.add_subcommand("alert", "What operators are told of");
    noun.require_subcommand(1);

    auto list_options = std::make_shared<AlertOptions>();
    CLI::App& list_command = *noun.add_subcommand("list", "What fires at this moment");
    list_command.add_option("ORG", list_options->org, "All organizations if not given");
    commands.on(list_command, [list_options](Context& context) {
        return list(context, *list_options);
    });

    auto test_options = std::make_shared<AlertOptions>();
    CLI::App& test_command = *noun.add_subcommand("test", "Tell whom a rule names, for a try");
    test_command.add_option("NAME", test_options->name, "Of a rule")->required();
    commands.on(test_command, [test_options](Context& context) {
        return test(context, *test_options);
    });
}

} // namespace bgerp::cli
