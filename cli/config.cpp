// bgerp config check|show: what the programs would run with.

#include "cli/nouns.hpp"

namespace bgerp::cli {

namespace {

int check(Context& context) {
    const Config& config = context.config();
    const std::string file =
        config.file.empty() ? "no file, defaults and environment" : config.file;
    context.output().result(
        {{"valid", true}, {"file", config.file.empty() ? Json() : Json(config.file)}},
        "the configuration is fine (" + file + ")"
    );
    return 0;
}

int show(Context& context) {
    Json document = Json::object();
    Table table{{"KEY", "VALUE"}, {}};
    for (const ConfigKey& key : config_keys(context.config())) {
        document[key.name] = key.value;
        table.rows.push_back({key.name, key.value});
    }
    for (const ExecConfig& exec : context.config().exec) {
        const std::string name = "exec." + exec.kind + ".command";
        document[name] = exec.command;
        table.rows.push_back({name, Json(exec.command).dump()});
    }
    context.output().result(document, table);
    return 0;
}

} // namespace

void add_config(CLI::App& root, Commands& commands) {
    CLI::App& noun = *root.add_subcommand("config", "The configuration");
    noun.require_subcommand(1);
    commands.on(*noun.add_subcommand("check", "Read it and say what is wrong"), check);
    commands.on(*noun.add_subcommand("show", "Every key with its value"), show);
}

} // namespace bgerp::cli
