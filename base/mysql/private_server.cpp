#include "base/mysql/private_server.hpp"

#include "base/file_lock.hpp"
#include "base/log.hpp"
#include "base/mysql/connection.hpp"
#include "base/process.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <pwd.h>
#include <sstream>
#include <sys/wait.h>
#include <unistd.h>

namespace bgerp::mysql {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t socket_path_max = 107; // sun_path holds 108 bytes with its end

// Debian keeps the server out of an ordinary account's PATH.
constexpr std::array program_folders{"/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin"};

std::string find_program(const std::string& name) {
    for (const char* folder : program_folders) {
        std::string path = std::string(folder) + "/" + name;
        if (access(path.c_str(), X_OK) == 0) {
            return path;
        }
    }
    return {};
}

Result<void> check_programs() {
    for (const char* name : {"mariadbd", "mariadb-install-db"}) {
        if (find_program(name).empty()) {
            return fail(
                ErrorCode::not_found,
                std::string("the program '") + name +
                    "' is not installed; on Debian: apt-get install mariadb-server-core"
            );
        }
    }
    return {};
}

std::string read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

/// What the server or the installer said last: the reason it ended is usually there.
std::string tail_of(const std::string& path) {
    constexpr std::size_t tail_bytes = 1500;
    const std::string text = read_file(path);
    return text.size() <= tail_bytes ? text : "…" + text.substr(text.size() - tail_bytes);
}

// A server tuned for thousands of small databases: many open tables, nothing kept per statement.
constexpr const char* table_caches = "--table-open-cache=8000";
constexpr const char* table_definitions = "--table-definition-cache=20000";
constexpr const char* open_files = "--open-files-limit=65535";
constexpr const char* prepared_statements = "--max-prepared-stmt-count=1048576";

} // namespace

std::string caller_name() {
    std::array<char, 4096> buffer{};
    passwd entry{};
    passwd* found = nullptr;
    getpwuid_r(geteuid(), &entry, buffer.data(), buffer.size(), &found);
    return found != nullptr ? found->pw_name : std::to_string(geteuid());
}

PrivateServer::PrivateServer(DatabaseConfig config)
    : config_(std::move(config)) {}

Endpoint PrivateServer::admin_endpoint() const {
    Endpoint endpoint = server_endpoint(config_);
    endpoint.host.clear();
    endpoint.socket = private_socket(config_);
    endpoint.user = caller_name();
    endpoint.password.clear();
    endpoint.database.clear();
    return endpoint;
}

PrivateServerStatus PrivateServer::status() const {
    PrivateServerStatus status;
    status.socket = private_socket(config_);
    status.data_dir = data_folder();
    status.pid = find_pid();
    status.running = status.pid != 0;
    if (status.running) {
        try {
            Connection connection(admin_endpoint());
            status.version =
                connection.query_one("SELECT VERSION()", {}, [](const Row& r) { return r.text(0); })
                    .value_or("");
            status.answering = true;
        } catch (const DatabaseError& error) {
            log_debug("private server does not answer yet", {{"error", error.what()}});
        }
    }
    return status;
}

Result<PrivateServerStatus> PrivateServer::start(Deadline deadline) const {
    if (private_socket(config_).size() > socket_path_max) {
        return fail(
            ErrorCode::invalid_argument,
            "the socket's path '" + private_socket(config_) + "' is longer than " +
                std::to_string(socket_path_max) + " characters; choose a shorter database.data_dir",
            "database.data_dir"
        );
    }
    std::error_code error;
    fs::create_directories(config_.data_dir, error);
    auto lock = FileLock::acquire(config_.data_dir + "/start.lock", deadline);
    if (!lock) {
        return tl::unexpected(lock.error());
    }
    const PrivateServerStatus before = status();
    if (before.answering) {
        return before;
    }
    Result<void> started;
    if (before.running) { // recovering, or on its way out: then a new one is due
        started = wait_until_answering(before.pid, deadline);
    }
    if (find_pid() == 0) {
        started = launch(deadline);
    }
    if (!started) {
        return tl::unexpected(started.error());
    }
    return status();
}

Result<void> PrivateServer::stop(Deadline deadline) const {
    if (!fs::exists(config_.data_dir)) {
        return {};
    }
    auto lock = FileLock::acquire(config_.data_dir + "/start.lock", deadline);
    if (!lock) {
        return tl::unexpected(lock.error());
    }
    const pid_t pid = find_pid();
    if (pid == 0) {
        return {};
    }
    kill(pid, SIGTERM);
    if (!wait_for_exit(pid, deadline)) {
        return fail(ErrorCode::timeout, "the database server is still shutting down");
    }
    waitpid(pid, nullptr, WNOHANG); // in case this process started it
    return {};
}

// A folder that an interrupted installation left must not be taken for a database: the work is done
// beside it and renamed when complete.
Result<void> PrivateServer::install() const {
    if (fs::exists(data_folder())) {
        return {};
    }
    const std::string unfinished = data_folder() + ".new";
    const std::string log = config_.data_dir + "/install.log";
    fs::remove_all(unfinished);
    fs::create_directories(temporary_folder());
    ProcessOptions options;
    options.command = {
        find_program("mariadb-install-db"),
        "--no-defaults",
        "--datadir=" + unfinished,
        // Not the common one: a server that starts removes other servers' temporary tables from it.
        "--tmpdir=" + temporary_folder(),
        "--user=" + caller_name(),
        "--auth-root-authentication-method=socket",
        "--auth-root-socket-user=" + caller_name(),
        "--skip-test-db",
        "--skip-name-resolve"};
    options.stdout_file = log;
    options.stderr_file = log;
    auto installer = Process::start(options);
    if (!installer) {
        return tl::unexpected(installer.error());
    }
    constexpr std::chrono::minutes limit{5}; // takes seconds; more means a sick disk
    const auto exit = installer->wait(Deadline::after(limit));
    if (!exit || !exit->success()) {
        return fail(ErrorCode::unavailable, "creating the database folder failed: " + tail_of(log));
    }
    fs::rename(unfinished, data_folder());
    return {};
}

std::vector<std::string> PrivateServer::server_command() const {
    const std::int64_t log_mib = std::clamp<std::int64_t>(config_.buffer_pool_mib, 64, 1024);
    return {
        find_program("mariadbd"),
        "--no-defaults",
        "--user=" + caller_name(),
        "--datadir=" + data_folder(),
        "--tmpdir=" + temporary_folder(),
        "--socket=" + private_socket(config_),
        "--pid-file=" + config_.data_dir + "/server.pid",
        "--log-error=" + log_file(),
        "--skip-networking",
        "--skip-name-resolve",
        "--skip-log-bin",
        "--innodb-flush-log-at-trx-commit=1",
        "--innodb-buffer-pool-size=" + std::to_string(config_.buffer_pool_mib) + "M",
        "--innodb-log-file-size=" + std::to_string(log_mib) + "M",
        "--innodb-lock-wait-timeout=" + std::to_string(config_.lock_wait_timeout_s),
        "--transaction-isolation=READ-COMMITTED",
        "--max-connections=" + std::to_string(config_.connections_max),
        "--max-allowed-packet=64M",
        "--character-set-server=utf8mb4",
        "--collation-server=utf8mb4_unicode_ci",
        table_caches,
        table_definitions,
        open_files,
        prepared_statements,
        "--performance-schema=OFF"};
}

Result<void> PrivateServer::launch(Deadline deadline) const {
    if (auto there = check_programs(); !there) {
        return there;
    }
    if (auto installed = install(); !installed) {
        return installed;
    }
    fs::create_directories(temporary_folder());
    ProcessOptions options;
    options.command = server_command();
    options.stdout_file = log_file();
    options.stderr_file = log_file();
    options.working_dir = config_.data_dir;
    options.new_session = true;
    auto server = Process::start(options);
    if (!server) {
        return tl::unexpected(server.error());
    }
    server->detach();
    log_info("private server started", {{"pid", std::to_string(server->pid())}});
    return wait_until_answering(server->pid(), deadline);
}

Result<void> PrivateServer::wait_until_answering(pid_t pid, Deadline deadline) const {
    while (!deadline.passed()) {
        if (status().answering) {
            return {};
        }
        constexpr std::chrono::milliseconds pause{50};
        if (wait_for_exit(pid, Deadline::after(pause))) {
            waitpid(pid, nullptr, WNOHANG);
            return fail(
                ErrorCode::unavailable,
                "the database server ended while it started: " + tail_of(log_file())
            );
        }
    }
    return fail(
        ErrorCode::unavailable,
        "the database server does not answer yet; see " + log_file()
    );
}

pid_t PrivateServer::find_pid() const {
    const std::string wanted = "--datadir=" + data_folder();
    std::error_code error;
    for (const auto& entry : fs::directory_iterator("/proc", error)) {
        const std::string name = entry.path().filename().string();
        if (name.find_first_not_of("0123456789") != std::string::npos) {
            continue;
        }
        // Arguments end with a zero byte each. A zombie has none.
        const std::string arguments = read_file("/proc/" + name + "/cmdline");
        const std::string program = arguments.substr(0, arguments.find('\0'));
        const bool is_server =
            fs::path(program).filename() == "mariadbd" || fs::path(program).filename() == "mysqld";
        const auto found = arguments.find(wanted + '\0');
        if (is_server && found != std::string::npos) {
            return std::stoi(name);
        }
    }
    return 0;
}

} // namespace bgerp::mysql
