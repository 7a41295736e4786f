#include "base/process.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace bgerp {

namespace {

std::string error_text(int error) {
    return std::generic_category().message(error);
}

void check(int error, const char* what) {
    if (error != 0) {
        throw Failure(ErrorCode::internal, "a process can't be prepared", what + error_text(error));
    }
}

// What posix_spawn does in the child before it runs the program.
class FileActions {
public:
    FileActions() { check(posix_spawn_file_actions_init(&actions_), "file actions: "); }

    FileActions(const FileActions&) = delete;
    FileActions& operator=(const FileActions&) = delete;

    ~FileActions() { posix_spawn_file_actions_destroy(&actions_); }

    void open(int descriptor, const std::string& path, int flags) {
        constexpr mode_t mode = 0640;
        check(
            posix_spawn_file_actions_addopen(&actions_, descriptor, path.c_str(), flags, mode),
            "open: "
        );
    }

    void change_dir(const std::string& path) {
        check(posix_spawn_file_actions_addchdir_np(&actions_, path.c_str()), "chdir: ");
    }

    /// Connections, locks and logs of the parent are none of the child's business.
    void close_the_rest() {
        check(
            posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1),
            "close from: "
        );
    }

    [[nodiscard]] const posix_spawn_file_actions_t* get() const { return &actions_; }

private:
    posix_spawn_file_actions_t actions_{};
};

class SpawnAttributes {
public:
    explicit SpawnAttributes(bool new_session) {
        check(posix_spawnattr_init(&attributes_), "attributes: ");
        sigset_t none{};
        sigemptyset(&none);
        check(posix_spawnattr_setsigmask(&attributes_, &none), "signal mask: ");
        sigset_t all{};
        sigfillset(&all);
        check(posix_spawnattr_setsigdefault(&attributes_, &all), "signals: ");
        const int group = new_session ? POSIX_SPAWN_SETSID : POSIX_SPAWN_SETPGROUP;
        const int flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | group;
        check(posix_spawnattr_setflags(&attributes_, static_cast<short>(flags)), "flags: ");
    }

    SpawnAttributes(const SpawnAttributes&) = delete;
    SpawnAttributes& operator=(const SpawnAttributes&) = delete;

    ~SpawnAttributes() { posix_spawnattr_destroy(&attributes_); }

    [[nodiscard]] const posix_spawnattr_t* get() const { return &attributes_; }

private:
    posix_spawnattr_t attributes_{};
};

// A null-terminated array of C strings that points into `texts`.
std::vector<char*> pointers_to(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    pointers.reserve(texts.size() + 1);
    for (std::string& text : texts) {
        pointers.push_back(text.data());
    }
    pointers.push_back(nullptr);
    return pointers;
}

void redirect(FileActions& actions, const ProcessOptions& options) {
    constexpr int append = O_WRONLY | O_CREAT | O_APPEND;
    const std::string& input = options.stdin_file;
    actions.open(STDIN_FILENO, input.empty() ? "/dev/null" : input, O_RDONLY);
    if (!options.stdout_file.empty()) {
        actions.open(STDOUT_FILENO, options.stdout_file, append);
    }
    if (!options.stderr_file.empty()) {
        actions.open(STDERR_FILENO, options.stderr_file, append);
    }
    if (!options.working_dir.empty()) {
        actions.change_dir(options.working_dir);
    }
    actions.close_the_rest();
}

// The descriptor of a process, closed at the end of its scope.
class ProcessDescriptor {
public:
    explicit ProcessDescriptor(pid_t pid)
        // glibc 2.36 declares pidfd_open without C linkage, so that C++ can't call it
        : descriptor_(static_cast<int>(syscall(SYS_pidfd_open, pid, 0))) {}

    ProcessDescriptor(const ProcessDescriptor&) = delete;
    ProcessDescriptor& operator=(const ProcessDescriptor&) = delete;

    ~ProcessDescriptor() {
        if (descriptor_ >= 0) {
            close(descriptor_);
        }
    }

    [[nodiscard]] int get() const { return descriptor_; }

private:
    int descriptor_;
};

} // namespace

bool wait_for_exit(pid_t pid, Deadline deadline) {
    const ProcessDescriptor descriptor(pid);
    if (descriptor.get() < 0) {
        return errno == ESRCH;
    }
    for (;;) {
        constexpr std::chrono::milliseconds step{60'000}; // poll takes an int
        const auto wait = std::min(deadline.remaining(), step);
        pollfd entry{descriptor.get(), POLLIN, 0};
        const int ready = poll(&entry, 1, static_cast<int>(wait.count()));
        if (ready > 0) {
            return true;
        }
        if (ready == 0 && deadline.passed()) {
            return false;
        }
    }
}

Result<Process> Process::start(const ProcessOptions& options) {
    if (options.command.empty()) {
        return fail(ErrorCode::invalid_argument, "no command to run");
    }
    FileActions actions;
    redirect(actions, options);
    const SpawnAttributes attributes(options.new_session);
    std::vector<std::string> arguments = options.command;
    std::vector<std::string> variables;
    const Environment inherited =
        options.environment ? *options.environment : process_environment();
    for (const auto& [name, value] : inherited) {
        variables.push_back(name);
        variables.back().append("=").append(value);
    }
    pid_t pid = -1;
    const int error = posix_spawnp(
        &pid,
        arguments.front().c_str(),
        actions.get(),
        attributes.get(),
        pointers_to(arguments).data(),
        pointers_to(variables).data()
    );
    if (error != 0) {
        const ErrorCode code = error == ENOENT ? ErrorCode::not_found : ErrorCode::internal;
        return fail(code, "can't run '" + arguments.front() + "': " + error_text(error));
    }
    return Process(pid);
}

Process::Process(Process&& other) noexcept
    : pid_(other.pid_)
    , detached_(other.detached_)
    , exit_(other.exit_) {
    other.detached_ = true;
}

Process::~Process() {
    if (detached_ || exit_) {
        return;
    }
    signal_group(SIGKILL);
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
}

std::optional<ProcessExit> Process::wait(Deadline deadline) {
    if (exit_ || !wait_for_exit(pid_, deadline)) {
        return exit_;
    }
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    exit_ = WIFSIGNALED(status) ? ProcessExit{0, WTERMSIG(status)}
                                : ProcessExit{WEXITSTATUS(status), 0};
    return exit_;
}

void Process::signal_group(int signal) const {
    if (!exit_) {
        kill(-pid_, signal);
    }
}

} // namespace bgerp
