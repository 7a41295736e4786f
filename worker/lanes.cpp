#include "worker/lanes.hpp"

#include <algorithm>

namespace bgerp::worker {

namespace {

constexpr std::chrono::milliseconds rewind_interval{100};

// Applications that name a queue after each order or user must not fill the memory.
constexpr std::size_t lanes_max = 1000;

} // namespace

void Lanes::open(const std::vector<std::string>& queues, HeldJob::Time now) {
    if (lanes_.size() > lanes_max) {
        for (auto lane = lanes_.begin(); lane != lanes_.end();) {
            lane = lane->second.open ? std::next(lane) : lanes_.erase(lane);
        }
    }
    for (const std::string& queue : queues) {
        Lane& lane = lanes_[queue];
        lane.queue = queue;
        lane.open = true;
        lane.cursor = {};
        lane.rewound_at = now;
    }
}

// The entry whose queues are served next: the first one with an open lane or, with weights, by
// smooth weighted round robin, which spreads an entry's turns instead of bunching them.
std::optional<std::size_t> Lanes::next_entry(const QueueSelection& selection) {
    std::set<std::size_t> with_work;
    for (auto& [queue, lane] : lanes_) {
        if (!lane.entry) {
            lane.entry = selection.entry_of(queue).value_or(selection.entries().size());
        }
        if (lane.open && *lane.entry < selection.entries().size()) {
            with_work.insert(*lane.entry);
        }
    }
    if (with_work.empty() || !selection.weighted()) {
        return with_work.empty() ? std::nullopt : std::optional(*with_work.begin());
    }
    std::int64_t total = 0;
    std::size_t chosen = *with_work.begin();
    for (const std::size_t entry : with_work) {
        const std::int64_t weight = selection.entries()[entry].weight;
        total += weight;
        credits_[entry] += weight;
        chosen = credits_[entry] > credits_[chosen] ? entry : chosen;
    }
    credits_[chosen] -= total;
    return chosen;
}

Lane* Lanes::next(const QueueSelection& selection, HeldJob::Time now) {
    credits_before_ = credits_;
    const auto entry = next_entry(selection);
    turn_entry_ = entry;
    if (!entry) {
        return nullptr;
    }
    last_before_ = last_[*entry];
    Lane* chosen = nullptr;
    auto lane = lanes_.upper_bound(last_[*entry]);
    for (std::size_t i = 0; chosen == nullptr && i < lanes_.size(); ++i) {
        if (lane == lanes_.end()) {
            lane = lanes_.begin();
        }
        if (lane->second.open && lane->second.entry == entry) {
            chosen = &lane->second;
            last_[*entry] = lane->first;
        }
        ++lane;
    }
    if (chosen != nullptr && now - chosen->rewound_at >= rewind_interval) {
        chosen->cursor = {};
        chosen->rewound_at = now;
    }
    return chosen;
}

void Lanes::give_back_turn() {
    if (turn_entry_) {
        last_[*turn_entry_] = last_before_;
        credits_ = credits_before_;
        turn_entry_.reset();
    }
}

void Lanes::ran_dry(Lane& lane, bool began_at_start) {
    if (began_at_start) {
        lane.open = false;
    }
    lane.cursor = {};
}

void Lanes::close_all() {
    for (auto& entry : lanes_) {
        entry.second.open = false;
    }
}

void Lanes::close(const std::set<std::string>& queues) {
    for (const std::string& queue : queues) {
        const auto lane = lanes_.find(queue);
        if (lane != lanes_.end()) {
            lane->second.open = false;
        }
    }
}

bool Lanes::any_open() const {
    return std::any_of(lanes_.begin(), lanes_.end(), [](const auto& entry) {
        return entry.second.open;
    });
}

Lane& Lanes::of(const std::string& queue) {
    Lane& lane = lanes_[queue];
    lane.queue = queue;
    return lane;
}

Measured Lanes::learn() {
    Measured all;
    for (auto& entry : lanes_) {
        LaneMeter& meter = *entry.second.meter;
        const auto jobs = meter.jobs.exchange(0, std::memory_order_relaxed);
        const auto us = meter.us.exchange(0, std::memory_order_relaxed);
        if (jobs > 0) {
            const Measured measured{
                static_cast<double>(us) / 1000.0,
                static_cast<std::size_t>(jobs)};
            entry.second.cost.learn(measured.ms, measured.jobs);
            all.ms += measured.ms;
            all.jobs += measured.jobs;
        }
    }
    return all;
}

} // namespace bgerp::worker
