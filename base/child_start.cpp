#include "base/child_start.hpp"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

namespace bgerp {

namespace {

struct Pipe {
    OpenFile read;
    OpenFile write;
};

Result<Pipe> make_pipe() {
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_CLOEXEC) != 0) {
        return fail(ErrorCode::unavailable, "no pipe for a program", {}, std::to_string(errno));
    }
    return Pipe{OpenFile(ends[0]), OpenFile(ends[1])};
}

void set_non_blocking(const OpenFile& file) {
    ::fcntl(file.fd(), F_SETFL, ::fcntl(file.fd(), F_GETFL) | O_NONBLOCK);
}

// What the child needs, laid out before fork: pointers into strings that outlive the call.
struct Prepared {
    std::vector<char*> arguments;
    std::vector<std::string> variables;
    std::vector<char*> environment;
    int input = -1;
    int output = -1;
    int errors = -1;
    int report = -1; // where a failed exec writes its errno
    rlim_t memory_bytes_max = 0;
    pid_t parent = -1;
};

Prepared prepare(const ChildOptions& options) {
    Prepared prepared;
    for (const std::string& argument : options.command) {
        prepared.arguments.push_back(const_cast<char*>(argument.c_str())); // NOLINT: execvpe's type
    }
    prepared.arguments.push_back(nullptr);
    for (const auto& [name, value] : options.environment) {
        prepared.variables.push_back(name + "=" + value);
    }
    for (std::string& variable : prepared.variables) {
        prepared.environment.push_back(variable.data());
    }
    prepared.environment.push_back(nullptr);
    prepared.memory_bytes_max = options.memory_bytes_max;
    prepared.parent = ::getpid();
    return prepared;
}

// In the child: async-signal-safe calls alone, no return.
[[noreturn]] void become_program(const Prepared& prepared) {
    constexpr int report_at = 3;
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigset_t none;
    ::sigemptyset(&none);
    ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
    ::signal(SIGPIPE, SIG_DFL);
    // The pipes' numbers are above the standard three, which the worker never closes.
    bool ready = ::getppid() == prepared.parent && ::dup2(prepared.input, 0) == 0 &&
                 ::dup2(prepared.output, 1) == 1 && ::dup2(prepared.errors, 2) == 2 &&
                 (prepared.report == report_at || ::dup2(prepared.report, report_at) == report_at);
    if (ready && prepared.memory_bytes_max > 0) {
        const rlimit limit{prepared.memory_bytes_max, prepared.memory_bytes_max};
        ready = ::setrlimit(RLIMIT_AS, &limit) == 0;
    }
    if (ready) {
        ::fcntl(report_at, F_SETFD, FD_CLOEXEC);
        ::close_range(report_at + 1, ~0U, 0);
        ::execvpe(prepared.arguments[0], prepared.arguments.data(), prepared.environment.data());
    }
    const int error = errno;
    static_cast<void>(!::write(report_at, &error, sizeof(error)));
    ::_exit(127);
}

// Waits until exec succeeded (the pipe closes) or failed (its errno arrives).
Result<void> confirm_exec(const OpenFile& report, pid_t pid, const std::string& program) {
    int error = 0;
    ssize_t got = 0;
    do {
        got = ::read(report.fd(), &error, sizeof(error));
    } while (got < 0 && errno == EINTR);
    if (got != sizeof(error)) {
        return {};
    }
    ::waitpid(pid, nullptr, 0);
    if (error == ENOENT || error == EACCES || error == ENOTDIR) {
        return fail(ErrorCode::not_found, "the program of this kind can't be run", {}, program);
    }
    return fail(
        ErrorCode::unavailable,
        "the program of this kind could not be started",
        {},
        program + ": errno " + std::to_string(error)
    );
}

} // namespace

Result<StartedChild> start_child(const ChildOptions& options) {
    auto input = make_pipe();
    auto output = make_pipe();
    auto errors = make_pipe();
    auto report = make_pipe();
    if (!input || !output || !errors || !report) {
        return fail(ErrorCode::unavailable, "no pipes left for a program");
    }
    Prepared prepared = prepare(options);
    prepared.input = input->read.fd();
    prepared.output = output->write.fd();
    prepared.errors = errors->write.fd();
    prepared.report = report->write.fd();
    const pid_t pid = ::fork();
    if (pid < 0) {
        return fail(ErrorCode::unavailable, "no process left for a program");
    }
    if (pid == 0) {
        become_program(prepared);
    }
    ::setpgid(pid, pid); // in both: whoever comes first
    report->write.close();
    const auto confirmed = confirm_exec(report->read, pid, options.command.front());
    if (!confirmed) {
        return tl::unexpected<Error>(confirmed.error());
    }
    StartedChild child;
    child.pid = pid;
    child.pidfd = OpenFile(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    child.input = std::move(input->write);
    child.output = std::move(output->read);
    child.errors = std::move(errors->read);
    set_non_blocking(child.input);
    set_non_blocking(child.output);
    set_non_blocking(child.errors);
    return child;
}

} // namespace bgerp
