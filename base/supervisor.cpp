#include "base/supervisor.hpp"

#include "base/config.hpp"

#include <csignal>
#include <cstddef>
#include <cstring>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace bgerp {

namespace {

void end_with(const std::string& parent) {
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (std::to_string(::getppid()) != parent) { // it died before the line above
        ::kill(::getpid(), SIGTERM);
    }
}

} // namespace

Supervisor::Supervisor() {
    const Environment environment = process_environment();
    const auto parent = environment.find(parent_variable);
    if (parent != environment.end()) {
        end_with(parent->second);
    }
    const auto socket = environment.find("NOTIFY_SOCKET");
    if (socket != environment.end()) {
        socket_path_ = socket->second;
    }
    const auto watchdog = environment.find("WATCHDOG_USEC");
    if (watchdog != environment.end()) {
        try {
            watchdog_ = std::chrono::microseconds(std::stoll(watchdog->second));
        } catch (const std::logic_error&) {
            watchdog_.reset(); // not a number: then nobody waits for us
        }
    }
}

void Supervisor::send(std::string_view state) const {
    sockaddr_un address{};
    if (socket_path_.empty() || socket_path_.size() >= sizeof(address.sun_path)) {
        return;
    }
    const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        return;
    }
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, socket_path_.data(), socket_path_.size());
    if (socket_path_[0] == '@') {
        address.sun_path[0] = '\0';
    }
    const auto length =
        static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_path_.size());
    // Whether it arrived is the supervisor's concern.
    static_cast<void>(::sendto(
        fd,
        state.data(),
        state.size(),
        MSG_NOSIGNAL,
        reinterpret_cast<const sockaddr*>(&address), // NOLINT: the socket interface's own cast
        length
    ));
    ::close(fd);
}

} // namespace bgerp
