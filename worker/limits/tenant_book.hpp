// One tenant's part of the limit book. Used by the book's implementation alone, under its lock.
#pragma once

#include "worker/limits/limit_book.hpp"

#include <unordered_set>

namespace bgerp::worker {

struct LimitBook::TenantBook {
    Tenant tenant;
    std::vector<std::shared_ptr<const queue::Limit>> limits; // the worker's own last
    std::vector<std::string> paused_queues;
    bool paused_all = false;
    bool suspected = false; // parked jobs were seen by somebody
    std::unordered_map<std::uint64_t, std::unique_ptr<KeyState>> keys;
    std::unordered_set<KeyState*> parked;                  // those of the keys that are
    std::map<std::string, std::shared_ptr<JobCost>> costs; // by the name of the limit
    Time next_look{};
    Time next_rules{};

    void mark_parked(KeyState& key, bool is_parked) {
        key.parked = is_parked;
        if (is_parked) {
            parked.insert(&key);
        } else {
            parked.erase(&key);
        }
    }

    [[nodiscard]] const std::shared_ptr<const queue::Limit>* limit(const std::string& name) const {
        for (const auto& limit : limits) {
            if (limit->name == name) {
                return &limit;
            }
        }
        return nullptr;
    }
};

} // namespace bgerp::worker
