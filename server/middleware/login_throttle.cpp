#include "server/middleware/login_throttle.hpp"

#include <algorithm>

namespace bgerp::server {

namespace {

constexpr std::chrono::minutes window{15};
// An office behind one address has more people than one account has attempts.
constexpr std::int64_t address_factor = 10;
// About 10 MiB; beyond it somebody is making up addresses, and the oldest windows go first.
constexpr std::size_t counts_max = 100'000;

std::string pair_key(const std::string& account, const std::string& address) {
    return address + '\n' + account;
}

} // namespace

LoginThrottle::LoginThrottle(const Clock& clock, std::int64_t attempts_max)
    : clock_(clock)
    , attempts_max_(attempts_max) {}

bool LoginThrottle::allows(const std::string& account, const std::string& address) {
    const std::lock_guard lock(mutex_);
    return failures(pair_key(account, address)) < attempts_max_ &&
           failures(address) < attempts_max_ * address_factor;
}

void LoginThrottle::failed(const std::string& account, const std::string& address) {
    const std::lock_guard lock(mutex_);
    add(pair_key(account, address));
    add(address);
}

void LoginThrottle::succeeded(const std::string& account, const std::string& address) {
    const std::lock_guard lock(mutex_);
    counts_.erase(pair_key(account, address));
}

std::int64_t LoginThrottle::failures(const std::string& key) const {
    const auto found = counts_.find(key);
    const bool counts = found != counts_.end() && clock_.steady_now() < found->second.window_end;
    return counts ? found->second.failures : 0;
}

void LoginThrottle::add(const std::string& key) {
    if (counts_.size() >= counts_max && !counts_.contains(key)) {
        make_room();
    }
    Count& count = counts_[key];
    const auto now = clock_.steady_now();
    if (now >= count.window_end) {
        count = {0, now + window};
    }
    ++count.failures;
}

void LoginThrottle::make_room() {
    const auto now = clock_.steady_now();
    std::erase_if(counts_, [&](const auto& entry) { return now >= entry.second.window_end; });
    if (counts_.size() >= counts_max) {
        const auto oldest =
            std::min_element(counts_.begin(), counts_.end(), [](const auto& a, const auto& b) {
                return a.second.window_end < b.second.window_end;
            });
        counts_.erase(oldest);
    }
}

} // namespace bgerp::server
