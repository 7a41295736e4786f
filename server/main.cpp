// bgerp-server: serves the HTTP API until SIGTERM or SIGINT.
#include "base/config.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "base/supervisor.hpp"
#include "server/api_server.hpp"

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>

namespace bgerp::server {

namespace {

// Blocked in every thread, because threads inherit it: the main thread waits for them instead.
sigset_t stop_signals() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    return signals;
}

void serve(const std::string& config_file) {
    const Config config = value_or_throw(read_config(config_file, process_environment()));
    configure_log(config.log.level, config.log.format, config.log.file);
    const sigset_t signals = stop_signals();
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::signal(SIGPIPE, SIG_IGN); // a client that is gone is an error of its write, no more
    ApiServer server(config);
    server.start();
    const Supervisor supervisor;
    supervisor.ready();
    int signal = 0;
    sigwait(&signals, &signal);
    supervisor.stopping();
    log_info("stopping", {{"signal", std::to_string(signal)}});
    server.stop();
    log_info("stopped");
}

} // namespace

} // namespace bgerp::server

int main(int argc, char** argv) {
    CLI::App app("The HTTP server of bgerp", "bgerp-server");
    std::string config_file;
    app.add_option(
        "--config",
        config_file,
        "bgerp.yaml; without it the one in this folder, if any"
    );
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : bgerp::exit_status(bgerp::ErrorCode::usage);
    }
    try {
        bgerp::server::serve(config_file);
        return 0;
    } catch (const bgerp::Failure& failure) {
        std::fprintf(stderr, "bgerp-server: %s\n", failure.what());
        return bgerp::exit_status(failure.error().code);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "bgerp-server: %s\n", error.what());
        return 1;
    }
}
