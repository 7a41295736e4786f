// The private MariaDB server of `bgerp db start`: its own data folder, reached over a socket in
// that folder alone, so that a server the machine runs already is never touched. Used by the
// command line, by `bgerp up` and by the tests. Starting and stopping are safe to repeat and to run
// twice at once (a lock file orders them). What is running is read from the process list, not from
// a pid file, so that a killed server leaves nothing stale. Only MariaDB is known here.
#pragma once

#include "base/config.hpp"
#include "base/deadline.hpp"
#include "base/mysql/endpoint.hpp"

#include <sys/types.h>

namespace bgerp::mysql {

struct PrivateServerStatus {
    bool running = false;   // the process is there
    bool answering = false; // and accepts connections
    pid_t pid = 0;
    std::string socket;
    std::string data_dir;
    std::string version; // when answering
};

class PrivateServer {
public:
    explicit PrivateServer(DatabaseConfig config);

    /// Creates the data folder if there is none, starts the server in a session of its own and
    /// waits until it answers, crash recovery included. Does nothing when it answers already.
    /// not_found without the server's programs, invalid_argument when the socket's path is too
    /// long, unavailable with the end of the error log when the server ends or the deadline passes.
    [[nodiscard]] Result<PrivateServerStatus> start(Deadline deadline) const;

    /// Asks the server to end and waits for it. Does nothing when none runs. timeout when it is
    /// still there at the deadline (it goes on ending).
    [[nodiscard]] Result<void> stop(Deadline deadline) const;

    [[nodiscard]] PrivateServerStatus status() const;

    /// How the administrator of this server connects: as the caller, over the socket.
    [[nodiscard]] Endpoint admin_endpoint() const;

private:
    [[nodiscard]] Result<void> install() const;
    [[nodiscard]] Result<void> launch(Deadline deadline) const;
    [[nodiscard]] Result<void> wait_until_answering(pid_t pid, Deadline deadline) const;
    [[nodiscard]] std::vector<std::string> server_command() const;
    [[nodiscard]] pid_t find_pid() const;

    [[nodiscard]] std::string data_folder() const { return config_.data_dir + "/data"; }

    [[nodiscard]] std::string temporary_folder() const { return config_.data_dir + "/tmp"; }

    [[nodiscard]] std::string log_file() const { return config_.data_dir + "/server.log"; }

    const DatabaseConfig config_;
};

/// The name of the operating system's account that runs this process.
[[nodiscard]] std::string caller_name();

} // namespace bgerp::mysql
