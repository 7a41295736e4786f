// The listening end of the doorbell (tenant_db/doorbell.hpp rings it): a datagram socket on any
// free port, one org code a datagram. What arrives is a hint from whoever can reach the address: it
// is checked for form and at most costs a look into a database that the directory knows. One
// thread.
#pragma once

#include "base/error.hpp"

#include <chrono>
#include <cstdint>
#include <set>
#include <string>

namespace bgerp::worker {

class DoorbellSocket {
public:
    /// Binds `host` (a numeric IPv4 address). Throws Failure when that can't be done.
    explicit DoorbellSocket(const std::string& host);
    DoorbellSocket(const DoorbellSocket&) = delete;
    DoorbellSocket& operator=(const DoorbellSocket&) = delete;
    ~DoorbellSocket();

    [[nodiscard]] std::uint16_t port() const { return port_; }

    /// Waits until it rings or for `timeout`; the org codes that rang, each once, a bounded number.
    [[nodiscard]] std::set<std::string> wait(std::chrono::milliseconds timeout);

private:
    int fd_ = -1;
    std::uint16_t port_ = 0;
};

} // namespace bgerp::worker
