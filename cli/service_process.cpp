#include "cli/service_process.hpp"

#include "base/ids.hpp"
#include "base/supervisor.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstddef>
#include <cstring>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace bgerp::cli {

namespace {

// A program that ran this long was well; its death is the first of a new row.
constexpr std::chrono::seconds well_after{60};
constexpr int pause_s_max = 30;
constexpr std::chrono::milliseconds look_interval{100};
constexpr int doublings_max = 5;

std::string how(const ProcessExit& exit) {
    return exit.signal != 0 ? "was killed by signal " + std::to_string(exit.signal)
                            : "ended with status " + std::to_string(exit.status);
}

} // namespace

ServiceProcess::ServiceProcess(std::string name, std::vector<std::string> command, Say say)
    : name_(std::move(name))
    , command_(std::move(command))
    , say_(std::move(say)) {
    open_notify_socket();
}

ServiceProcess::~ServiceProcess() {
    if (notify_fd_ >= 0) {
        ::close(notify_fd_);
    }
}

void ServiceProcess::open_notify_socket() {
    notify_name_ = "@bgerp-up-" + random_hex(8);
    notify_fd_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, notify_name_.data(), notify_name_.size());
    address.sun_path[0] = '\0';
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + notify_name_.size());
    const auto* const raw =
        reinterpret_cast<const sockaddr*>(&address); // NOLINT: socket's own cast
    if (notify_fd_ < 0 || ::bind(notify_fd_, raw, size) != 0) {
        throw Failure(ErrorCode::internal, "no socket to hear of " + name_);
    }
}

void ServiceProcess::start() {
    ProcessOptions options;
    options.command = command_;
    options.environment = process_environment();
    (*options.environment)["NOTIFY_SOCKET"] = notify_name_;
    (*options.environment)[Supervisor::parent_variable] = std::to_string(::getpid());
    process_.emplace(value_or_throw(Process::start(options)));
    started_at_ = SteadyClock::now();
    ready_ = false;
}

void ServiceProcess::look() {
    if (!process_) {
        if (SteadyClock::now() >= start_again_at_) {
            start();
        }
        return;
    }
    take_notes();
    if (const auto exit = process_->wait(Deadline::after(std::chrono::milliseconds(0)))) {
        ended(*exit);
    }
}

void ServiceProcess::ended(const ProcessExit& exit) {
    process_.reset();
    const auto now = SteadyClock::now();
    deaths_ = now - started_at_ > well_after ? 1 : deaths_ + 1;
    const int pause_s = std::min(1 << std::min(deaths_ - 1, doublings_max), pause_s_max);
    start_again_at_ = now + std::chrono::seconds(pause_s);
    say_(name_ + " " + how(exit) + "; it is started again in " + std::to_string(pause_s) + " s");
}

void ServiceProcess::take_notes() {
    std::array<char, 512> note{};
    for (;;) {
        const ssize_t size = ::recv(notify_fd_, note.data(), note.size(), 0);
        if (size < 0) {
            return;
        }
        const std::string_view text(note.data(), static_cast<std::size_t>(size));
        if (!ready_ && text.find("READY=1") != std::string_view::npos) {
            ready_ = true;
            say_(name_ + " is ready, process " + std::to_string(process_->pid()));
        }
    }
}

void ServiceProcess::stop(Deadline deadline, const std::function<bool()>& hurried) {
    if (!process_) {
        return;
    }
    process_->signal_group(SIGTERM);
    auto exit = process_->wait(Deadline::after(look_interval));
    while (!exit && !deadline.passed()) {
        if (hurried()) {
            process_->signal_group(SIGTERM);
        }
        exit = process_->wait(Deadline::after(std::min(look_interval, deadline.remaining())));
    }
    if (!exit) {
        say_(name_ + " doesn't end and is killed");
        process_->signal_group(SIGKILL);
    } else {
        say_(name_ + (exit->success() ? " has stopped" : " " + how(*exit)));
    }
    process_.reset();
}

} // namespace bgerp::cli
