#include "worker/discovery.hpp"

#include <algorithm>

namespace bgerp::worker {

namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::chrono::seconds recent_ttl{10};

bool contains(const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

} // namespace

std::vector<std::string> Discovery::without(
    const std::vector<std::string>& queues, const std::vector<std::string>& unwanted
) {
    std::vector<std::string> rest;
    std::copy_if(
        queues.begin(),
        queues.end(),
        std::back_inserter(rest),
        [&](const std::string& queue) { return !contains(unwanted, queue); }
    );
    return rest;
}

// A ring that names its queue needs no look into the database: the reserver may try at once, and
// a hint that was wrong costs one empty claim. Whether the queue is paused is known from a round
// ago, or else asked for after the hint. Most hints have been given by the listener already.
void Discovery::answer(const std::map<Ring, bool>& rings) {
    const auto now = SteadyClock::now();
    Members unsure;
    for (const auto& [ring, hinted] : rings) {
        const Roster::Member* const member = roster_.by_org(ring.org);
        if (member == nullptr) {
            continue; // the next round looks into the directory
        }
        Recent& recent = recent_[ring.org];
        recent.seen_at = now;
        if (hinted) {
            if (now > recent.paused_at + rules_.sweep) {
                unsure.push_back(member);
            }
            continue;
        }
        // No job begins on a hint before the rules are known and, where there are any, fresh.
        const auto ruled = rules_known_.find(ring.org);
        const bool fresh = now <= recent.paused_at + rules_.sweep;
        if (ruled == rules_known_.end() || (ruled->second && !fresh)) {
            look_up_rules({member});
        }
        if (ring.queue.empty() || recent.paused_all || contains(recent.paused, ring.queue)) {
            rung_.insert(ring.org);
        } else if (rules_.selection.selects(ring.queue)) {
            parts_.inbox.hint(member->tenant, ring.queue);
            if (now > recent.paused_at + rules_.sweep) {
                unsure.push_back(member);
            }
        }
    }
    look_up_rules(unsure);
}

// So what was paused without a ring is claimed on a hunch for no longer than a round.
void Discovery::review_recent(Time now) {
    std::map<mysql::Pool*, Members> by_server;
    for (auto entry = recent_.begin(); entry != recent_.end();) {
        const Roster::Member* const member = roster_.by_org(entry->first);
        if (member == nullptr || now > entry->second.seen_at + recent_ttl) {
            entry = recent_.erase(entry);
            continue;
        }
        by_server[member->tenant->queue_pool.get()].push_back(member);
        ++entry;
    }
    for (const auto& [pool, members] : by_server) {
        look_up_rules(members);
    }
}

// A tenant that rings mostly means the queues it meant a moment ago: the reserver may try those
// while the database is still being asked.
void Discovery::probe_rung(Time now) {
    for (auto ring = rung_.begin(); ring != rung_.end();) {
        const Roster::Member* const member = roster_.by_org(*ring);
        if (member != nullptr) {
            Recent& recent = recent_[*ring];
            if (now < recent.probed_at + probe_interval) {
                ++ring;
                continue;
            }
            recent.probed_at = now;
            recent.seen_at = now;
            if (!recent.hunch.empty()) {
                parts_.inbox.found(member->tenant, recent.hunch);
            }
            found_ = look_into({member}) || found_;
            if (recent.paused_at < now) { // nor asked for with its jobs: pauses and limits ring too
                look_up_rules({member});
            }
        }
        ring = rung_.erase(ring);
    }
}

} // namespace bgerp::worker
