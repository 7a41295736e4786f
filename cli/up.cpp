// bgerp up: the whole platform in the foreground: private database, server, worker, scheduler.

#include "base/mysql/private_server.hpp"
#include "base/termination.hpp"
#include "cli/nouns.hpp"
#include "cli/service_process.hpp"
#include "cli/sibling.hpp"
#include "core_db/master_key.hpp"

#include <list>

namespace bgerp::cli {

namespace {

constexpr std::chrono::milliseconds look_interval{100};
constexpr std::chrono::minutes database_time{10};
constexpr std::chrono::seconds stop_time{45}; // beside the worker's own grace time

// The private database, started if it doesn't run; stopped at the end only if it was started here.
class UpDatabase {
public:
    explicit UpDatabase(Context& context)
        : context_(context)
        , config_(context.config().database)
        , ours_(config_.host.empty() && config_.socket.empty()) {}

    void start() {
        static_cast<void>(value_or_throw(
            core_db::MasterKey::load_or_create(context_.config().security.master_key_file)
        ));
        if (!ours_) {
            context_.output().line("database is the configured one");
            return;
        }
        const mysql::PrivateServer server(config_);
        started_ = !server.status().running;
        const auto status = value_or_throw(server.start(Deadline::after(database_time)));
        context_.output().line("database is ready, process " + std::to_string(status.pid));
    }

    void stop() {
        if (started_) {
            value_or_throw(mysql::PrivateServer(config_).stop(Deadline::after(database_time)));
            context_.output().line("database has stopped");
        }
    }

private:
    Context& context_;
    const DatabaseConfig& config_;
    const bool ours_;
    bool started_ = false;
};

std::vector<std::string>
command_of(Context& context, const std::string& folder, const std::string& program) {
    std::vector<std::string> command{value_or_throw(find_sibling(folder, program))};
    const auto arguments = config_arguments(context.config());
    command.insert(command.end(), arguments.begin(), arguments.end());
    return command;
}

int up(Context& context) {
    const Termination termination;
    UpDatabase database(context);
    const auto say = [&context](const std::string& text) { context.output().line(text); };
    std::list<ServiceProcess> services; // in the order in which they are stopped
    services.emplace_back("server", command_of(context, "server", "bgerp-server"), say);
    services.emplace_back("scheduler", command_of(context, "scheduler", "bgerp-scheduler"), say);
    services.emplace_back("worker", command_of(context, "worker", "bgerp-worker"), say);
    database.start();
    static_cast<void>(value_or_throw(context.migrator().migrate_core(Context::long_deadline())));
    do {
        for (ServiceProcess& service : services) {
            service.look();
        }
    } while (!termination.wait_for(look_interval));
    context.output().line("stopping");
    const auto patience =
        stop_time + std::chrono::seconds(context.config().worker.shutdown_grace_s);
    bool hurried = false;
    const auto asked_again = [&] {
        if (!hurried && termination.wait_for(std::chrono::milliseconds(0))) {
            hurried = true;
            context.output().line("stopping at once: running jobs are given back");
        }
        return hurried;
    };
    for (ServiceProcess& service : services) {
        service.stop(Deadline::after(patience), asked_again);
    }
    database.stop();
    context.output().result({{"stopped", true}}, "all has stopped");
    return 0;
}

} // namespace

void add_up(CLI::App& root, Commands& commands) {
    CLI::App& noun =
        *root.add_subcommand("up", "Database, server, worker and scheduler in the foreground");
    commands.on(noun, up);
}

} // namespace bgerp::cli
