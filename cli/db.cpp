// bgerp db start|stop|status: the private database server.

#include "base/mysql/private_server.hpp"
#include "cli/nouns.hpp"
#include "core_db/master_key.hpp"

namespace bgerp::cli {

namespace {

// Creating the folder takes seconds, recovery after a crash may take minutes.
constexpr std::chrono::minutes patience{10};

mysql::PrivateServer private_server(Context& context) {
    const DatabaseConfig& config = context.config().database;
    if (!config.host.empty() || !config.socket.empty()) {
        throw Failure(
            ErrorCode::conflict,
            "the configuration names a database server of its own (database.host or "
            "database.socket); the private one is not used"
        );
    }
    return mysql::PrivateServer(config);
}

void show(Context& context, const mysql::PrivateServerStatus& status) {
    const Json document{
        {"running", status.running},
        {"answering", status.answering},
        {"pid", status.running ? Json(status.pid) : Json()},
        {"socket", status.socket},
        {"data_dir", status.data_dir},
        {"version", status.answering ? Json(status.version) : Json()}};
    std::string text = "not running (" + status.data_dir + ")";
    if (status.running) {
        text = (status.answering ? "running" : "starting or stopping") + std::string(", process ") +
               std::to_string(status.pid) + ", " + status.socket;
    }
    context.output().result(document, text);
}

int start(Context& context) {
    const auto server = private_server(context);
    static_cast<void>(value_or_throw(
        core_db::MasterKey::load_or_create(context.config().security.master_key_file)
    ));
    show(context, value_or_throw(server.start(Deadline::after(patience))));
    return 0;
}

int stop(Context& context) {
    const auto server = private_server(context);
    value_or_throw(server.stop(Deadline::after(patience)));
    show(context, server.status());
    return 0;
}

int status(Context& context) {
    const auto found = private_server(context).status();
    show(context, found);
    return found.answering ? 0 : exit_status(ErrorCode::unavailable);
}

} // namespace

void add_db(CLI::App& root, Commands& commands) {
    CLI::App& noun = *root.add_subcommand("db", "The private database server");
    noun.require_subcommand(1);
    commands.on(*noun.add_subcommand("start", "Start it, and create it the first time"), start);
    commands.on(*noun.add_subcommand("stop", "Stop it and wait until it has ended"), stop);
    commands.on(*noun.add_subcommand("status", "Whether it runs; exit status 5 if not"), status);
}

} // namespace bgerp::cli
