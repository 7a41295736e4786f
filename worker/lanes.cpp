#include "worker/lanes.hpp"

#include <algorithm>

namespace bgerp::worker {

namespace {

constexpr std::chrono::milliseconds rewind_interval{100};

// Applications that name a queue after each order or user must not fill the memory.
constexpr std::size_t lanes_max = 1000;

} // namespace

QueueSelection::QueueSelection(std::vector<std::string> queues)
    : named_(std::move(queues)) {
    if (std::find(named_.begin(), named_.end(), "*") != named_.end()) {
        named_.clear();
    }
}

bool QueueSelection::selects(const std::string& queue) const {
    return named_.empty() || std::find(named_.begin(), named_.end(), queue) != named_.end();
}

std::vector<std::string> QueueSelection::among(const std::vector<std::string>& queues) const {
    std::vector<std::string> selected;
    std::copy_if(
        queues.begin(),
        queues.end(),
        std::back_inserter(selected),
        [&](const std::string& queue) { return selects(queue); }
    );
    return selected;
}

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

Lane* Lanes::next(const QueueSelection& selection, HeldJob::Time now) {
    Lane* chosen = nullptr;
    for (const std::string& queue : selection.named()) {
        const auto found = lanes_.find(queue);
        if (chosen == nullptr && found != lanes_.end() && found->second.open) {
            chosen = &found->second;
        }
    }
    if (selection.named().empty()) {
        auto lane = lanes_.upper_bound(last_);
        for (std::size_t i = 0; chosen == nullptr && i < lanes_.size(); ++i) {
            if (lane == lanes_.end()) {
                lane = lanes_.begin();
            }
            if (lane->second.open) {
                chosen = &lane->second;
                last_ = lane->first;
            }
            ++lane;
        }
    }
    if (chosen != nullptr && now - chosen->rewound_at >= rewind_interval) {
        chosen->cursor = {};
        chosen->rewound_at = now;
    }
    return chosen;
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
