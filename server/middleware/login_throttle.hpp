// Counts failed logins per account and address, and per address over all accounts, within a
// quarter hour, so that passwords can't be guessed at speed. An account can't be locked from
// elsewhere: the pair counts, not the account alone. Kept in this process's memory, bounded.
// Thread-safe, not blocking.
#pragma once

#include "base/clock.hpp"

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>

namespace bgerp::server {

class LoginThrottle {
public:
    LoginThrottle(const Clock& clock, std::int64_t attempts_max);

    /// Whether another attempt may be made. Costs nothing of the allowance by itself.
    [[nodiscard]] bool allows(const std::string& account, const std::string& address);

    void failed(const std::string& account, const std::string& address);

    /// The pair starts afresh; the address as a whole doesn't.
    void succeeded(const std::string& account, const std::string& address);

private:
    struct Count {
        std::int64_t failures = 0;
        std::chrono::steady_clock::time_point window_end;
    };

    [[nodiscard]] std::int64_t failures(const std::string& key) const;
    void add(const std::string& key);
    void make_room();

    const Clock& clock_;
    const std::int64_t attempts_max_;
    std::mutex mutex_;
    std::unordered_map<std::string, Count> counts_;
};

} // namespace bgerp::server
