#include "worker/worker.hpp"

#include "base/log.hpp"
#include "tenant_db/doorbell.hpp"
#include "tenant_db/queue/owner.hpp"
#include "tenant_db/stat_keeper.hpp"
#include "worker/discovery.hpp"
#include "worker/hook_runner.hpp"
#include "worker/lease_renewer.hpp"
#include "worker/limits/limit_keeper.hpp"
#include "worker/reserver.hpp"
#include "worker/slots.hpp"
#include "worker/wind_down.hpp"

#include <algorithm>
#include <thread>

namespace bgerp::worker {

namespace {

// Whoever waits for the worker's end waits for a sweep that finds nothing.
constexpr std::chrono::milliseconds sweep_max_when_ending{100};

std::chrono::milliseconds sweep_interval(const Config& config, const WorkerOptions& options) {
    const std::chrono::milliseconds configured(config.worker.sweep_ms);
    return options.stop_when_empty ? std::min(configured, sweep_max_when_ending) : configured;
}

queue::LeaseRules lease_rules(const Config& config) {
    return {config.queue.lease_s, config.queue.retry_after_s};
}

LimitRules limit_rules(const Config& config) {
    LimitRules rules;
    rules.slots = config.worker.concurrency;
    rules.horizon_ms = PrefetchRules().horizon_ms;
    rules.lease = std::chrono::seconds(config.queue.lease_s);
    return rules;
}

ReserverRules
reserver_rules(const Config& config, const WorkerOptions& options, std::uint64_t owner) {
    ReserverRules rules;
    rules.lease = lease_rules(config);
    rules.prefetch.slots = static_cast<std::size_t>(config.worker.concurrency);
    rules.prefetch.prefetch_max = static_cast<std::size_t>(config.worker.prefetch_max);
    rules.selection = QueueSelection(config.worker.queues);
    rules.owner = owner;
    rules.jobs_max = options.jobs_max;
    return rules;
}

} // namespace

// In the order in which they begin and end.
// NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding)
struct Worker::Machine {
    Machine(const WorkerParts& worker_parts, const WorkerOptions& worker_options)
        : parts(worker_parts)
        , options(worker_options)
        , clock(system_clock())
        , owner(queue::new_owner())
        , limit_book(
              limit_rules(parts.config),
              value_or_throw(kind_limits(parts.config.worker.kind_concurrency)),
              [this] { wake_reserver(); }
          )
        , limits(
              limit_book,
              owner,
              parts.config.queue.lease_s,
              QueueSelection(parts.config.worker.queues)
          )
        , bell(parts.core)
        , settler(counters, give_up, [this](const std::string& org) { bell.ring(org); })
        , hooks(
              parts.config.worker.hooks.empty()
                  ? nullptr
                  : std::make_unique<HookRunner>(parts.config.worker.hooks, pulse)
          )
        , completer(
              {static_cast<std::size_t>(parts.config.worker.complete_batch_max),
               ready,
               in_hand,
               settler,
               counters,
               pulse,
               give_up,
               hooks.get()}
          )
        , executor(
              {parts.config,
               parts.handlers,
               clock,
               parts.open_pool,
               in_hand,
               completer,
               settler,
               counters,
               limits,
               parts.config.queue.stats_keep_h > 0 ? &stats : nullptr,
               hooks.get()}
          )
        , wind_down(
              std::chrono::seconds(parts.config.worker.shutdown_grace_s), in_hand, settler, executor
          )
        , slots(static_cast<std::size_t>(parts.config.worker.concurrency), ready, executor)
        , inbox([this] { ready.nudge(); })
        , reserver(
              reserver_rules(parts.config, options, owner),
              {inbox, ready, in_hand, completer, counters, pulse, limits}
          )
        , limit_keeper(limits, inbox, pulse)
        , stat_keeper([this] { return stats.take(); }, pulse)
        , renewer(std::chrono::seconds(parts.config.queue.lease_s), in_hand, pulse)
        , doorbell(parts.config.worker.doorbell_listen)
        , registration(parts.core, parts.config.worker.doorbell_listen, doorbell.port())
        , rings(
              sweep_interval(parts.config, options),
              QueueSelection(parts.config.worker.queues),
              doorbell,
              inbox,
              pulse
          )
        , discovery(
              {sweep_interval(parts.config, options),
               lease_rules(parts.config),
               QueueSelection(parts.config.worker.queues),
               options.stop_when_empty},
              {parts.source, inbox, clock, registration, rings, pulse, limit_book}
          ) {}

    // Parked jobs may run: the reserver sleeps for news or for room.
    void wake_reserver() {
        inbox.wake();
        ready.nudge();
    }

    // Last: they are told of the last jobs' ends.
    void stop_hooks() const {
        if (hooks) {
            hooks->stop();
        }
    }

    const WorkerParts parts;
    const WorkerOptions options;
    Counters counters;
    Pulse pulse;
    DatabaseClock clock;
    const std::uint64_t owner;
    LimitBook limit_book; // outlives the jobs that it counts
    LimitGate limits;
    JobsInHand in_hand;
    ReadyQueue ready;
    StopSignal give_up; // stop trying to write ends
    Doorbell bell;      // rung for what an end made
    Settler settler;
    std::unique_ptr<HookRunner> hooks; // null: none are configured
    Completer completer;
    AttemptStats stats;
    Executor executor;
    WindDown wind_down;
    Slots slots;
    WorkInbox inbox;
    Reserver reserver;
    LimitKeeper limit_keeper;
    StatKeeper stat_keeper;
    LeaseRenewer renewer;
    DoorbellSocket doorbell;
    Registration registration;
    RingListener rings;
    Discovery discovery;
    bool started = false;
    bool stuck = false;
};

Worker::Worker(const WorkerParts& parts, const WorkerOptions& options)
    : machine_(std::make_unique<Machine>(parts, options)) {}

Worker::~Worker() {
    stop();
    if (machine_->stuck) {
        static_cast<void>(machine_.release()); // its threads still run: see stuck()
    }
}

void Worker::start() {
    Machine& m = *machine_;
    if (m.hooks) {
        m.hooks->start();
    }
    m.completer.start();
    m.renewer.start();
    m.limit_keeper.start();
    if (m.parts.config.queue.stats_keep_h > 0) {
        m.stat_keeper.start();
    }
    m.slots.start();
    m.reserver.start();
    m.rings.start();
    m.discovery.start();
    m.started = true;
}

void Worker::stop() {
    Machine& m = *machine_;
    if (!m.started || m.stuck) {
        return;
    }
    log_info("worker stops", {{"in_hand", std::to_string(m.in_hand.count())}});
    m.discovery.stop();
    m.rings.stop();
    m.reserver.stop();
    // In a thread of its own: an outage must not hold up the rest.
    std::thread overrun_ends([&m] { m.wind_down.end_overrun(); });
    m.wind_down.let_finish();
    const bool all_stopped = m.wind_down.make_stop();
    m.give_up.raise();
    overrun_ends.join();
    if (!all_stopped) {
        log_error("jobs don't stop", {{"jobs", std::to_string(m.in_hand.count())}});
        m.wind_down.release_rest();
        m.stop_hooks();
        m.stuck = true;
        return;
    }
    m.slots.stop();
    m.completer.stop();
    m.limit_keeper.stop();
    m.renewer.stop();
    m.stat_keeper.stop();
    m.stop_hooks();
    m.started = false;
    log_info("worker stopped", {{"completed", std::to_string(m.counters.completed.load())}});
}

void Worker::hurry() {
    machine_->wind_down.hurry();
    if (machine_->hooks) {
        machine_->hooks->hurry();
    }
}

bool Worker::finished() const {
    const Machine& m = *machine_;
    const bool nothing_in_hand = m.in_hand.count() == 0;
    if (m.options.jobs_max > 0 && nothing_in_hand &&
        m.counters.reserved.load() >= m.options.jobs_max) {
        return true;
    }
    return m.options.stop_when_empty && nothing_in_hand && m.reserver.quiet() &&
           m.discovery.quiet_since() > m.in_hand.last_change();
}

bool Worker::stuck() const {
    return machine_->stuck;
}

bool Worker::overrun() const {
    return machine_->renewer.overrun();
}

const Counters& Worker::counters() const {
    return machine_->counters;
}

const Pulse& Worker::pulse() const {
    return machine_->pulse;
}

std::size_t Worker::in_hand() const {
    return machine_->in_hand.count();
}

} // namespace bgerp::worker
