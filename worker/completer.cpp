#include "worker/completer.hpp"

#include "base/log.hpp"
#include "tenant_db/queue/lifecycle.hpp"
#include "worker/hook_runner.hpp"

#include <set>

namespace bgerp::worker {

namespace {

constexpr std::size_t connections = 2;
constexpr std::chrono::seconds statement_time{30};
constexpr std::chrono::seconds beat_interval{1};

// How long a group may wait for more of its tenant's jobs while others wait for a slot: a
// transaction for its first few would only be in the way of the one for the rest.
constexpr std::chrono::milliseconds linger{1};

} // namespace

Completer::Completer(const CompleterParts& parts)
    : parts_(parts) {}

Completer::~Completer() {
    stop();
}

void Completer::start() {
    for (std::size_t i = 0; i < connections; ++i) {
        Pulse::Beat& beat = parts_.pulse.add("completer " + std::to_string(i + 1));
        threads_.emplace_back([this, &beat] { run(beat); });
    }
}

void Completer::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    filled_.notify_all();
    for (std::thread& thread : threads_) {
        thread.join();
    }
    threads_.clear();
}

void Completer::finished(FinishedJob job) {
    const ServedTenant* const tenant = job.held->tenant.get();
    bool wake = false;
    {
        const std::lock_guard lock(mutex_);
        Waiting& waiting = waiting_[tenant];
        if (waiting.group.empty()) {
            waiting.since = std::chrono::steady_clock::now();
            turns_.push_back(tenant);
            wake = idle_ > 0;
        }
        waiting.group.push_back(std::move(job));
        ++backlog_;
    }
    if (wake) {
        filled_.notify_one();
    }
}

std::size_t Completer::backlog() const {
    const std::lock_guard lock(mutex_);
    return backlog_;
}

void Completer::run(Pulse::Beat& beat) {
    Outage outage(beat.name());
    for (;;) {
        const Group group = take_group(beat);
        if (group.empty()) {
            return;
        }
        write(group, outage, beat);
        std::vector<HeldJobPtr> ended;
        ended.reserve(group.size());
        for (const FinishedJob& job : group) {
            ended.push_back(job.held);
        }
        parts_.in_hand.remove(ended);
        const std::lock_guard lock(mutex_);
        backlog_ -= group.size();
    }
}

// Until the oldest group is worth a transaction; as long as a beat when there is none.
std::chrono::microseconds Completer::until_ripe(Time now) const {
    if (turns_.empty()) {
        return beat_interval;
    }
    const Waiting& oldest = waiting_.at(turns_.front());
    const bool ripe =
        stopping_ || oldest.group.size() >= parts_.batch_max / 4 || parts_.ready.size() == 0;
    return ripe ? std::chrono::microseconds(0)
                : std::chrono::ceil<std::chrono::microseconds>(oldest.since + linger - now);
}

// The oldest tenant's waiting group, or at most batch_max of it; empty when it is time to end.
Completer::Group Completer::take_group(Pulse::Beat& beat) {
    std::unique_lock lock(mutex_);
    for (auto left = until_ripe(std::chrono::steady_clock::now()); left.count() > 0;
         left = until_ripe(std::chrono::steady_clock::now())) {
        if (stopping_) {
            return {};
        }
        beat.touch();
        ++idle_;
        filled_.wait_for(lock, left);
        --idle_;
    }
    beat.touch();
    const ServedTenant* const tenant = turns_.front();
    turns_.pop_front();
    const auto found = waiting_.find(tenant);
    Group group = std::move(found->second.group);
    if (group.size() <= parts_.batch_max) {
        waiting_.erase(found);
        return group;
    }
    const auto rest = group.begin() + static_cast<std::ptrdiff_t>(parts_.batch_max);
    found->second.group.assign(std::make_move_iterator(rest), std::make_move_iterator(group.end()));
    group.erase(rest, group.end());
    turns_.push_back(tenant);
    return group;
}

void Completer::write(const Group& group, Outage& outage, Pulse::Beat& beat) {
    for (;;) {
        beat.touch();
        try {
            write_once(group);
            outage.succeeded();
            failing_.store(false);
            settle(group);
            return;
        } catch (const Failure& error) {
            failing_.store(!is_refusal(error)); // of a tenant's refusals the others know nothing
            const bool hopeless = outage.hopeless(error);
            if (hopeless || outage.failed(error, parts_.give_up)) {
                log_error(
                    "ends of jobs were not written",
                    {{"tenant", group.front().held->tenant->org},
                     {"jobs", std::to_string(group.size())},
                     {"error", error.what()}}
                );
                if (hopeless) {
                    outage = Outage(beat.name()); // the next group's failures count anew
                }
                return;
            }
        }
    }
}

void Completer::write_once(const Group& group) {
    std::vector<queue::Completion> completions;
    completions.reserve(group.size());
    for (const FinishedJob& job : group) {
        completions.push_back({&job.held->row(), job.uuid, job.batch_id, job.output});
    }
    const ServedTenant& tenant = *group.front().held->tenant;
    const std::size_t lost = queue::complete_many_if_mine(
        *tenant.queue_pool,
        Deadline::after(statement_time),
        tenant.schema,
        completions
    );
    parts_.counters.completed.fetch_add(group.size() - lost);
    parts_.counters.lost.fetch_add(lost);
    tell(group, lost);
    if (lost > 0) {
        log_warn(
            "late completions were refused",
            {{"tenant", tenant.org}, {"jobs", std::to_string(lost)}}
        );
    }
}

// Which ones were refused isn't known: where there are any, nobody is told something wrong.
void Completer::tell(const Group& group, std::size_t lost) const {
    if (parts_.hooks == nullptr || lost > 0) {
        return;
    }
    for (const FinishedJob& job : group) {
        if (job.news) {
            parts_.hooks->tell(job.news);
        }
    }
}

void Completer::settle(const Group& group) {
    std::set<std::string> batches;
    std::set<std::string> workflows;
    for (const FinishedJob& job : group) {
        if (!job.batch_id.empty()) {
            batches.insert(job.batch_id);
        }
        if (!job.workflow_id.empty()) {
            workflows.insert(job.workflow_id);
        }
    }
    for (const std::string& batch : batches) {
        parts_.settler.settle_batch(*group.front().held, batch);
    }
    for (const std::string& workflow : workflows) {
        parts_.settler.settle_workflow(*group.front().held, workflow);
    }
}

} // namespace bgerp::worker
