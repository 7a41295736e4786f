// A child process: the database server of `bgerp db start`, the programs under `bgerp up`, programs
// that jobs run. The child gets its own process group (or session), the default signal handling,
// and of the parent's open files only the three standard ones. A Process that is destroyed while
// its child runs kills the child's whole group, unless it was detached. Not thread-safe.
#pragma once

#include "base/config.hpp"
#include "base/deadline.hpp"
#include "base/error.hpp"

#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace bgerp {

struct ProcessOptions {
    std::vector<std::string> command; // program and arguments; looked up in PATH without a slash
    std::string stdin_file;           // empty: /dev/null
    std::string stdout_file;          // appended to; empty: the parent's
    std::string stderr_file;          // appended to; empty: the parent's
    std::string working_dir;          // empty: the parent's
    bool new_session = false;         // survives the terminal; else only a group of its own
    std::optional<Environment> environment; // empty: the parent's
};

/// How a process ended.
struct ProcessExit {
    int status = 0; // meaningful when signal is 0
    int signal = 0; // the signal that killed it, or 0

    [[nodiscard]] bool success() const { return status == 0 && signal == 0; }
};

class Process {
public:
    /// Starts the command. not_found when there is no such program, internal otherwise. Returns as
    /// soon as the child runs.
    [[nodiscard]] static Result<Process> start(const ProcessOptions& options);

    Process(Process&& other) noexcept;
    Process& operator=(Process&&) = delete;
    ~Process();

    [[nodiscard]] pid_t pid() const { return pid_; }

    /// Waits until the child has ended, or the deadline: then nothing. Later calls return the same.
    [[nodiscard]] std::optional<ProcessExit> wait(Deadline deadline);

    /// Sends a signal to the child's whole group. Does nothing once the child has ended.
    void signal_group(int signal) const;

    /// Lets the child live on when this object is destroyed.
    void detach() { detached_ = true; }

private:
    explicit Process(pid_t pid)
        : pid_(pid) {}

    pid_t pid_ = -1;
    bool detached_ = false;
    std::optional<ProcessExit> exit_;
};

/// Waits until the process `pid`, a child or not, has ended. False when the deadline came first.
[[nodiscard]] bool wait_for_exit(pid_t pid, Deadline deadline);

} // namespace bgerp
