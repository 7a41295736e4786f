#include "base/run_child.hpp"

#include "base/child_start.hpp"
#include "base/deadline.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <optional>
#include <poll.h>
#include <sys/wait.h>

namespace bgerp {

namespace {

constexpr int poll_ms = 50; // how soon a wish to stop is noticed
constexpr std::chrono::seconds term_grace{2};
constexpr std::size_t line_max = 1000;

// Writing to a program that closed its input raises SIGPIPE in the writing thread: kept off for
// the time, and taken back if it came.
class NoSigpipe {
public:
    NoSigpipe() {
        ::sigemptyset(&pipe_);
        ::sigaddset(&pipe_, SIGPIPE);
        ::pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
    }

    NoSigpipe(const NoSigpipe&) = delete;
    NoSigpipe& operator=(const NoSigpipe&) = delete;

    ~NoSigpipe() {
        const timespec at_once{0, 0};
        if (::sigismember(&before_, SIGPIPE) == 0) {
            while (::sigtimedwait(&pipe_, nullptr, &at_once) > 0) {
            }
        }
        ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }

private:
    sigset_t pipe_{};
    sigset_t before_{};
};

class Conversation {
public:
    Conversation(
        StartedChild child,
        const ChildOptions& options,
        const std::string& input,
        const OnErrorLine& on_error_line
    )
        : child_(std::move(child))
        , options_(options)
        , input_(input)
        , on_error_line_(on_error_line) {}

    Conversation(const Conversation&) = delete;
    Conversation& operator=(const Conversation&) = delete;

    ~Conversation() { reap(); }

    Result<ChildExit> run(const StopRequested& stop_requested) {
        while (!ended()) {
            turn(poll_ms);
            if (exit_.output.size() > options_.output_bytes_max) {
                kill_group(SIGKILL);
                return fail(ErrorCode::too_large, "the program's output passed its limit");
            }
            if (stop_requested()) {
                end_gently();
                return fail(ErrorCode::cancelled, "the program was stopped");
            }
        }
        turn(0); // what it wrote last
        if (exit_.output.size() > options_.output_bytes_max) {
            return fail(ErrorCode::too_large, "the program's output passed its limit");
        }
        reap();
        return std::move(exit_);
    }

private:
    // True once the child itself has ended, whoever still holds its pipes.
    bool ended() {
        siginfo_t info{};
        return ::waitid(P_PID, static_cast<id_t>(child_.pid), &info, WEXITED | WNOHANG | WNOWAIT) !=
                   0 ||
               info.si_pid != 0;
    }

    void turn(int timeout_ms) {
        std::array<pollfd, 4> files{
            pollfd{child_.pidfd.fd(), POLLIN, 0},
            pollfd{child_.input.fd(), POLLOUT, 0},
            pollfd{child_.output.fd(), POLLIN, 0},
            pollfd{child_.errors.fd(), POLLIN, 0}};
        if (::poll(files.data(), files.size(), timeout_ms) <= 0) {
            return;
        }
        if (files[1].revents != 0) {
            feed();
        }
        if (files[2].revents != 0) {
            collect(child_.output, exit_.output);
        }
        if (files[3].revents != 0) {
            collect(child_.errors, error_text_);
            hand_on_lines();
        }
    }

    void feed() {
        const std::string_view left = std::string_view(input_).substr(fed_);
        if (!left.empty()) {
            const ssize_t wrote = ::write(child_.input.fd(), left.data(), left.size());
            if (wrote > 0) {
                fed_ += static_cast<std::size_t>(wrote);
            } else if (wrote < 0 && errno != EAGAIN && errno != EINTR) {
                child_.input.close(); // it doesn't read: its good right
            }
        }
        if (fed_ == input_.size()) {
            child_.input.close();
        }
    }

    // Reads what is there; past the limit nothing more is kept than shows that it was passed.
    void collect(OpenFile& from, std::string& into) const {
        std::array<char, 16384> block{};
        for (;;) {
            const ssize_t got = ::read(from.fd(), block.data(), block.size());
            if (got > 0) {
                into.append(block.data(), static_cast<std::size_t>(got));
                if (into.size() > options_.output_bytes_max) {
                    return;
                }
            } else if (got == 0) {
                from.close();
                return;
            } else if (errno != EINTR) {
                return;
            }
        }
    }

    void hand_on_lines() {
        std::size_t from = 0;
        for (;;) {
            const std::size_t end = error_text_.find('\n', from);
            if (end == std::string::npos) {
                break;
            }
            on_error_line_(
                std::string_view(error_text_).substr(from, std::min(end - from, line_max))
            );
            from = end + 1;
        }
        error_text_.erase(0, from);
        if (error_text_.size() > line_max) {
            on_error_line_(std::string_view(error_text_).substr(0, line_max));
            error_text_.clear();
        }
    }

    void kill_group(int signal) const { ::kill(-child_.pid, signal); }

    void end_gently() {
        kill_group(SIGTERM);
        const Deadline deadline = Deadline::after(term_grace);
        while (!ended() && !deadline.passed()) {
            turn(poll_ms);
            exit_.output.clear();
        }
        kill_group(SIGKILL);
    }

    // Ends whatever is left of the group and collects the child. The group goes first: as long as
    // the child is a zombie its number can't be anybody else's.
    void reap() {
        if (reaped_) {
            return;
        }
        reaped_ = true;
        kill_group(SIGKILL);
        int status = 0;
        while (::waitpid(child_.pid, &status, 0) < 0 && errno == EINTR) {
        }
        exit_.status = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
        exit_.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    }

    StartedChild child_;
    const ChildOptions& options_;
    const std::string& input_;
    const OnErrorLine& on_error_line_;
    std::size_t fed_ = 0;
    std::string error_text_;
    ChildExit exit_;
    bool reaped_ = false;
};

} // namespace

Environment plain_environment() {
    Environment plain;
    const Environment ours = process_environment();
    for (const char* const name : {"PATH", "HOME", "LANG", "TZ", "TMPDIR"}) {
        const auto found = ours.find(name);
        if (found != ours.end()) {
            plain[name] = found->second;
        }
    }
    return plain;
}

Result<ChildExit> run_child(
    const ChildOptions& options,
    const std::string& input,
    const StopRequested& stop_requested,
    const OnErrorLine& on_error_line
) {
    auto child = start_child(options);
    if (!child) {
        return tl::unexpected<Error>(child.error());
    }
    const NoSigpipe no_sigpipe;
    Conversation conversation(std::move(*child), options, input, on_error_line);
    return conversation.run(stop_requested);
}

} // namespace bgerp
