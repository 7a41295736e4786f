// Places for those who follow events: so many in one server process, and of these so many for one
// organization, so that none takes them all. A follower holds no thread, but is a look at the
// database every half second. Thread-safe.
#pragma once

#include "base/error.hpp"

#include <map>
#include <mutex>
#include <string>

namespace bgerp::server {

class FollowerPlaces {
public:
    FollowerPlaces(int in_all_max, int of_one_max)
        : in_all_max_(in_all_max)
        , of_one_max_(of_one_max) {}

    /// Takes a place, until leave(). rate_limited when the organization has all of its own,
    /// unavailable when there is none left at all; nothing is taken then.
    [[nodiscard]] Result<void> enter(const std::string& org) {
        const std::lock_guard lock(mutex_);
        const auto found = by_org_.find(org);
        if (found != by_org_.end() && found->second >= of_one_max_) {
            return fail(
                ErrorCode::rate_limited,
                "too many of this organization follow events at this moment"
            );
        }
        if (in_all_ >= in_all_max_) {
            return fail(ErrorCode::unavailable, "too many follow events at this moment");
        }
        ++by_org_[org];
        ++in_all_;
        return {};
    }

    /// Gives back what enter() took.
    void leave(const std::string& org) {
        const std::lock_guard lock(mutex_);
        const auto found = by_org_.find(org);
        if (found == by_org_.end()) {
            return;
        }
        --in_all_;
        if (--found->second == 0) {
            by_org_.erase(found);
        }
    }

private:
    const int in_all_max_;
    const int of_one_max_;
    std::mutex mutex_;
    int in_all_ = 0;
    std::map<std::string, int> by_org_;
};

} // namespace bgerp::server
