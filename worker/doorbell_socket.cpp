#include "worker/doorbell_socket.hpp"

#include "base/ids.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace bgerp::worker {

namespace {

// Rings taken in one go: more tenants than a probe round should serve before the sweep's turn.
constexpr std::size_t rings_max = 1000;

constexpr std::size_t datagram_max = 64; // an org code has at most 41 bytes

[[noreturn]] void refuse(const std::string& host) {
    throw Failure(
        ErrorCode::invalid_argument,
        "the doorbell can't listen on '" + host + "' (worker.doorbell_listen)",
        "errno " + std::to_string(errno)
    );
}

} // namespace

DoorbellSocket::DoorbellSocket(const std::string& host) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    socklen_t size = sizeof(address);
    auto* const raw = reinterpret_cast<sockaddr*>(&address); // NOLINT: the socket interface's cast
    if (::inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1) {
        refuse(host);
    }
    fd_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd_ < 0 || ::bind(fd_, raw, size) != 0 || ::getsockname(fd_, raw, &size) != 0) {
        if (fd_ >= 0) {
            ::close(fd_);
        }
        refuse(host);
    }
    port_ = ntohs(address.sin_port);
}

DoorbellSocket::~DoorbellSocket() {
    ::close(fd_);
}

std::set<std::string> DoorbellSocket::wait(std::chrono::milliseconds timeout) {
    std::set<std::string> orgs;
    pollfd file{fd_, POLLIN, 0};
    if (::poll(&file, 1, static_cast<int>(std::max<std::int64_t>(timeout.count(), 0))) <= 0) {
        return orgs;
    }
    std::array<char, datagram_max> datagram{};
    for (std::size_t taken = 0; taken < rings_max; ++taken) {
        const ssize_t size = ::recv(fd_, datagram.data(), datagram.size(), 0);
        if (size < 0) {
            break;
        }
        const auto org =
            OrgCode::parse(std::string_view(datagram.data(), static_cast<std::size_t>(size)));
        if (org) {
            orgs.insert(org->str());
        }
    }
    return orgs;
}

} // namespace bgerp::worker
