// One tenant's part of the limit book. Used by the book's implementation alone, under its lock.
#pragma once

#include "worker/limits/limit_book.hpp"

namespace bgerp::worker {

struct LimitBook::TenantBook {
    Tenant tenant;
    std::vector<std::shared_ptr<const queue::Limit>> limits; // the worker's own last
    std::vector<std::string> paused_queues;
    bool paused_all = false;
    bool suspected = false; // parked jobs were seen by somebody
    std::unordered_map<std::uint64_t, std::unique_ptr<KeyState>> keys;
    std::map<std::uint64_t, KeyState*> parked;             // those of the keys that are
    std::uint64_t parked_turn = 0;                         // the one of them that was served last
    std::map<std::string, std::shared_ptr<JobCost>> costs; // by the name of the limit
    Time next_look{};
    Time next_rules{};

    /// By this worker's own doing at `now`.
    void mark_parked(KeyState& key, bool is_parked, Time now) {
        note_parked(key, is_parked);
        key.parked_since = now;
    }

    /// As the database says.
    void note_parked(KeyState& key, bool is_parked) {
        key.parked = is_parked;
        if (is_parked) {
            parked.emplace(key.hash, &key);
        } else {
            parked.erase(key.hash);
        }
    }

    const std::shared_ptr<JobCost>& cost_of(const queue::Limit& limit) {
        std::shared_ptr<JobCost>& cost = costs[limit.name];
        if (!cost) {
            cost = std::make_shared<JobCost>();
        }
        return cost;
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
