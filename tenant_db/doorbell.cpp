#include "tenant_db/doorbell.hpp"

#include "base/log.hpp"
#include "core_db/worker_registry.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

namespace bgerp {

namespace {

constexpr std::chrono::seconds fresh_for{1};
constexpr std::chrono::seconds pause_after_failure{5};
constexpr std::chrono::milliseconds connection_wait{50};

// A worker that missed some heartbeats is dead or cut off; a datagram to nobody costs nothing, but
// the dead are many after a while.
constexpr std::chrono::seconds alive_for{15};

} // namespace

Doorbell::Doorbell(mysql::Pool& core)
    : core_(core)
    , fd_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {}

Doorbell::~Doorbell() {
    if (fd_ >= 0) {
        ::close(fd_);
    }
}

void Doorbell::ring(const std::string& org_code) noexcept {
    try {
        send(org_code, addresses());
    } catch (const std::exception&) { // out of memory: no reason to fail the caller's job
    }
}

void Doorbell::ring_known(const std::string& org_code) noexcept {
    try {
        send(org_code, known());
    } catch (const std::exception&) { // as above
    }
}

void Doorbell::send(const std::string& text, const std::vector<sockaddr_in>& addresses) const {
    for (const sockaddr_in& address : addresses) {
        // A full buffer or an absent worker: the sweep makes up for it.
        static_cast<void>(::sendto(
            fd_,
            text.data(),
            text.size(),
            MSG_NOSIGNAL,
            reinterpret_cast<const sockaddr*>(&address), // NOLINT: the socket interface's cast
            sizeof(address)
        ));
    }
}

std::vector<sockaddr_in> Doorbell::known() {
    const std::lock_guard lock(mutex_);
    return known_;
}

// One caller asks the database, the others meanwhile use what is known.
std::vector<sockaddr_in> Doorbell::addresses() {
    {
        const std::lock_guard lock(mutex_);
        const auto now = std::chrono::steady_clock::now();
        if (now < ask_again_at_) {
            return known_;
        }
        ask_again_at_ = now + pause_after_failure;
    }
    try {
        std::vector<sockaddr_in> live = read_addresses();
        const std::lock_guard lock(mutex_);
        known_ = std::move(live);
        ask_again_at_ = std::chrono::steady_clock::now() + fresh_for;
    } catch (const Failure& error) {
        log_debug("the workers' addresses could not be read", {{"error", error.what()}});
    }
    return known();
}

std::vector<sockaddr_in> Doorbell::read_addresses() {
    std::vector<sockaddr_in> live;
    const auto connection = core_.acquire(Deadline::after(connection_wait));
    for (const core_db::WorkerProcess& worker : core_db::list_workers(*connection, alive_for)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(static_cast<std::uint16_t>(worker.doorbell_port));
        if (::inet_pton(AF_INET, worker.doorbell_host.c_str(), &address.sin_addr) == 1) {
            live.push_back(address);
        }
    }
    return live;
}

} // namespace bgerp
