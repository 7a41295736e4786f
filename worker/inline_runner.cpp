#include "worker/inline_runner.hpp"

#include "base/clock.hpp"
#include "tenant_db/queue/lifecycle.hpp"
#include "tenant_db/queue/owner.hpp"
#include "tenant_db/queue/probe.hpp"

namespace bgerp::worker {

namespace {

constexpr std::chrono::seconds statement_time{30};
constexpr std::size_t promote_limit = 1000;

Deadline soon() {
    return Deadline::after(statement_time);
}

queue::LeaseRules lease_rules(const Config& config) {
    return {config.queue.lease_s, config.queue.retry_after_s};
}

} // namespace

// Where the worker gathers finished jobs to write many at once, here each is written at once.
class InlineRunner::Sink final : public FinishedJobSink {
public:
    explicit Sink(InlineRunner& runner)
        : runner_(runner) {}

    void finished(FinishedJob job) override {
        const ServedTenant& tenant = *job.held->tenant;
        const std::size_t lost = queue::complete_many_if_mine(
            *tenant.queue_pool,
            soon(),
            tenant.schema,
            {{&job.held->row(), job.uuid, job.batch_id, job.output}}
        );
        runner_.counters_.completed.fetch_add(1 - lost);
        runner_.counters_.lost.fetch_add(lost);
        runner_.settler_.settle_batch(*job.held, job.batch_id);
        if (!job.workflow_id.empty()) {
            runner_.settler_.settle_workflow(*job.held, job.workflow_id);
        }
        runner_.in_hand_.remove(job.held);
    }

private:
    InlineRunner& runner_;
};

InlineRunner::InlineRunner(InlineParts parts)
    : parts_(std::move(parts))
    , tenant_(std::make_shared<ServedTenant>(
          parts_.org_id, parts_.org, parts_.database, 1.0, parts_.queue_pool
      ))
    , owner_(queue::new_owner())
    , clock_(system_clock())
    , limit_book_({}, KindLimits{}, [] {})
    , limits_(limit_book_, owner_, parts_.config.queue.lease_s, QueueSelection({}))
    , settler_(counters_, give_up_, [](const std::string&) {}) // drain() looks by itself
    , sink_(std::make_unique<Sink>(*this))
    , executor_(
          {parts_.config,
           parts_.handlers,
           clock_,
           parts_.open_pool,
           in_hand_,
           *sink_,
           settler_,
           counters_,
           limits_}
      )
    , renewer_(std::chrono::seconds(parts_.config.queue.lease_s), in_hand_, pulse_) {
    const auto now = parts_.queue_pool->acquire(soon())->query_one(
        "SELECT UNIX_TIMESTAMP()",
        {},
        [](const mysql::Row& row) { return row.i64(0); }
    );
    clock_.observe(now.value_or(0));
    renewer_.start();
}

InlineRunner::~InlineRunner() {
    renewer_.stop();
}

Result<std::string> InlineRunner::push_and_run(const queue::NewJob& job) {
    if (job.delay.count() > 0 || !job.tracked) {
        return fail(ErrorCode::invalid_argument, "a job that is run at once has no delay");
    }
    std::string uuid;
    auto reserved = mysql::with_transaction(
        *parts_.queue_pool,
        soon(),
        [&](mysql::Transaction& transaction) -> Result<queue::ReservedJob> {
            auto made = queue::enqueue(transaction, tenant_->schema, job);
            if (!made) {
                return tl::unexpected<Error>(made.error());
            }
            uuid = *made;
            return queue::reserve_one(transaction, tenant_->schema, uuid, owner_);
        }
    );
    if (!reserved) {
        return tl::unexpected<Error>(reserved.error());
    }
    run(std::move(*reserved));
    return uuid;
}

void InlineRunner::run(queue::ReservedJob job) {
    const auto held = std::make_shared<HeldJob>(
        tenant_,
        std::make_shared<LaneMeter>(),
        std::move(job),
        std::chrono::steady_clock::now()
    );
    counters_.reserved.fetch_add(1);
    in_hand_.add({held});
    executor_.run(held);
    in_hand_.remove(held);
}

std::size_t InlineRunner::drain(std::size_t attempts_max) {
    std::size_t attempts = 0;
    for (;;) {
        queue::promote_due(*parts_.queue_pool, soon(), tenant_->schema, promote_limit);
        const std::size_t before = attempts;
        const auto queues = queue::queues_with_work(
            *parts_.queue_pool,
            soon(),
            {parts_.database},
            lease_rules(parts_.config)
        );
        for (const std::string& queue : queues.front()) {
            attempts += drain_queue(queue, attempts_max - attempts);
        }
        if (attempts == before) {
            return attempts;
        }
    }
}

std::size_t InlineRunner::drain_queue(const std::string& queue, std::size_t attempts_max) {
    queue::ClaimCursor cursor;
    for (std::size_t attempts = 0;; ++attempts) {
        auto jobs = queue::reserve(
            *parts_.queue_pool,
            soon(),
            tenant_->schema,
            queue,
            1,
            owner_,
            lease_rules(parts_.config),
            cursor
        );
        if (jobs.empty()) {
            return attempts;
        }
        if (attempts >= attempts_max) {
            queue::release_if_mine(*parts_.queue_pool, soon(), tenant_->schema, {&jobs.front()});
            throw Failure(ErrorCode::conflict, "the jobs come to no end");
        }
        run(std::move(jobs.front()));
    }
}

} // namespace bgerp::worker
