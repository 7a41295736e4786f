// Tells the workers that a tenant has a new job, after the commit that made it, and right before it
// when every fraction of a millisecond counts: one datagram (ring_text.hpp) to each live worker.
// For latency alone, since every worker's sweep finds the job anyway: nothing here fails or holds
// up the caller. The workers' addresses come from the core database and are kept for a second.
// Thread-safe.
#pragma once

#include "base/mysql/pool.hpp"

#include <chrono>
#include <mutex>
#include <netinet/in.h>
#include <string>
#include <vector>

namespace bgerp {

class Doorbell {
public:
    /// `core` must be in the core database and outlive this object.
    explicit Doorbell(mysql::Pool& core);
    Doorbell(const Doorbell&) = delete;
    Doorbell& operator=(const Doorbell&) = delete;
    ~Doorbell();

    /// Rings for `org_code`. At most once a second this costs one short query; when that fails, the
    /// last known addresses serve, and it isn't tried again for five seconds.
    void ring(const std::string& org_code) noexcept;

    /// The same at the last known addresses, without a query: for within a transaction.
    void ring_known(const std::string& org_code) noexcept;

private:
    void send(const std::string& text, const std::vector<sockaddr_in>& addresses) const;
    [[nodiscard]] std::vector<sockaddr_in> known();
    [[nodiscard]] std::vector<sockaddr_in> addresses();
    [[nodiscard]] std::vector<sockaddr_in> read_addresses();

    mysql::Pool& core_;
    int fd_ = -1;
    std::mutex mutex_;
    std::vector<sockaddr_in> known_;
    std::chrono::steady_clock::time_point ask_again_at_{};
};

} // namespace bgerp
