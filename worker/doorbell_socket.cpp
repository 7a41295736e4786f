#include "worker/doorbell_socket.hpp"

#include "base/ids.hpp"
#include "base/utf8.hpp"
#include "tenant_db/ring_text.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <netinet/in.h>
#include <optional>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace bgerp::worker {

namespace {

// Rings taken in one go: more tenants than a probe round should serve before the sweep's turn.
constexpr std::size_t rings_max = 1000;

// A mark, an org code of at most 41 bytes, a space, a queue's name of at most 255 characters.
constexpr std::size_t datagram_max = 1 + 41 + 1 + 4 * 255;

std::optional<Ring> ring_in(std::string_view datagram) {
    const bool early = datagram.starts_with(early_ring_mark);
    datagram.remove_prefix(early ? 1 : 0);
    const std::size_t space = std::min(datagram.find(' '), datagram.size());
    const auto org = OrgCode::parse(datagram.substr(0, space));
    const std::string_view queue = datagram.substr(std::min(space + 1, datagram.size()));
    if (!org || utf8_error_at(queue)) {
        return std::nullopt;
    }
    return Ring{org->str(), std::string(queue), early};
}

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
    wake_fd_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (wake_fd_ < 0) {
        ::close(fd_);
        refuse(host);
    }
}

DoorbellSocket::~DoorbellSocket() {
    ::close(wake_fd_);
    ::close(fd_);
}

void DoorbellSocket::wake() {
    static_cast<void>(::eventfd_write(wake_fd_, 1)); // fails when it would overflow: it is awake
}

std::set<Ring> DoorbellSocket::wait(std::chrono::milliseconds timeout) {
    std::set<Ring> rings;
    std::array<pollfd, 2> files{pollfd{fd_, POLLIN, 0}, pollfd{wake_fd_, POLLIN, 0}};
    const auto milliseconds = static_cast<int>(std::max<std::int64_t>(timeout.count(), 0));
    if (::poll(files.data(), files.size(), milliseconds) <= 0) {
        return rings;
    }
    eventfd_t count = 0;
    static_cast<void>(::eventfd_read(wake_fd_, &count)); // nothing there is no error
    std::array<char, datagram_max> datagram{};
    for (std::size_t taken = 0; taken < rings_max; ++taken) {
        const ssize_t size = ::recv(fd_, datagram.data(), datagram.size(), 0);
        if (size < 0) {
            break;
        }
        if (auto ring = ring_in({datagram.data(), static_cast<std::size_t>(size)})) {
            rings.insert(std::move(*ring));
        }
    }
    return rings;
}

} // namespace bgerp::worker
