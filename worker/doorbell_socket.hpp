// The listening end of the doorbell (tenant_db/doorbell.hpp rings it): a datagram socket on any
// free port; a datagram is an org code, or an org code, a space and a queue, or that with a mark
// before it (ring_text.hpp). What
// arrives is a hint from whoever can reach the address: it is checked for form and at most costs an
// empty claim, or a look into a database that the directory knows. One thread but for wake().
#pragma once

#include "base/error.hpp"

#include <chrono>
#include <compare>
#include <cstdint>
#include <set>
#include <string>

namespace bgerp::worker {

struct Ring {
    std::string org;
    std::string queue;  // empty: any
    bool early = false; // the job's commit is only about to be sent

    friend auto operator<=>(const Ring&, const Ring&) = default; // NOLINT(modernize-use-nullptr)
};

class DoorbellSocket {
public:
    /// Binds `host` (a numeric IPv4 address). Throws Failure when that can't be done.
    explicit DoorbellSocket(const std::string& host);
    DoorbellSocket(const DoorbellSocket&) = delete;
    DoorbellSocket& operator=(const DoorbellSocket&) = delete;
    ~DoorbellSocket();

    [[nodiscard]] std::uint16_t port() const { return port_; }

    /// Waits until it rings or for `timeout`; the rings, alike ones once, a bounded number.
    [[nodiscard]] std::set<Ring> wait(std::chrono::milliseconds timeout);

    /// Ends the wait under way, or the next one, without a ring. Any thread.
    void wake();

private:
    int fd_ = -1;
    int wake_fd_ = -1;
    std::uint16_t port_ = 0;
};

} // namespace bgerp::worker
