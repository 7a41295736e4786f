#include "cli/bench_load.hpp"

#include "base/stop_signal.hpp"
#include "tenant_db/queue/enqueue.hpp"
#include "tenant_db/queue/inspect.hpp"
#include "tenant_db/queue/union_slices.hpp"
#include "tenant_db/ring_text.hpp"

#include <algorithm>
#include <atomic>
#include <random>
#include <thread>

namespace bgerp::cli {

namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t jobs_per_commit = 1000;
constexpr std::size_t enqueue_threads = 2;
constexpr std::chrono::milliseconds between_looks{10};
constexpr std::chrono::milliseconds between_polls{2};
constexpr std::chrono::minutes drain_time{60};

// Jobs of the i-th of so many parts, when they are dealt out evenly.
std::size_t share(std::size_t jobs, std::size_t parts, std::size_t i) {
    return jobs / parts + (i < jobs % parts ? 1 : 0);
}

std::string queue_name(std::size_t number) {
    return number == 0 ? "default" : "default" + std::to_string(number + 1);
}

void enqueue_for(mysql::Pool& pool, std::size_t jobs, const Load& load) {
    queue::NewJob job;
    job.kind = "noop";
    job.tracked = false;
    if (load.payload_bytes > 0) {
        job.args["fill"] = std::string(load.payload_bytes, 'x');
    }
    std::vector<queue::NewJob> some(std::min(jobs_per_commit, jobs), job);
    for (std::size_t i = 0; i < some.size(); ++i) {
        some[i].queue = queue_name(i % load.queues);
    }
    std::minstd_rand random; // the same keys in every run
    for (std::size_t made = 0; made < jobs; made += some.size()) {
        some.resize(std::min(some.size(), jobs - made), job);
        for (queue::NewJob& keyed : some) {
            if (load.limit_keys > 0) {
                keyed.limit_key = "customer-" + std::to_string(random() % load.limit_keys);
            }
        }
        static_cast<void>(value_or_throw(mysql::with_transaction(
            pool,
            Context::short_deadline(),
            [&](mysql::Transaction& transaction) {
                return queue::enqueue_many(transaction, queue::QueueSchema::current(), some);
            }
        )));
    }
}

// Which of the databases have a job at all: each part stops at its first row, of jobs at the last
// one by PRIMARY. The heads of the queues are full of rows that are deleted and not purged yet, and
// to step over them again and again is work that those who are measured would pay. No locks.
std::vector<std::string> not_empty(mysql::Pool& pool, const std::vector<std::string>& databases) {
    std::vector<std::string> found;
    queue::in_union_slices(databases, [&](std::size_t from, std::size_t to) {
        std::string sql;
        for (std::size_t i = from; i < to; ++i) {
            sql += std::string(i == from ? "" : " UNION ALL ") + "(SELECT " + std::to_string(i) +
                   " FROM " + queue::QueueSchema::of(databases[i])("jobs") +
                   " FORCE INDEX (PRIMARY) ORDER BY queue DESC, priority DESC, id DESC"
                   " LIMIT 1) UNION ALL (SELECT " +
                   std::to_string(i) + " FROM " +
                   queue::QueueSchema::of(databases[i])("job_blocked") + " LIMIT 1)";
        }
        pool.acquire(Context::short_deadline())->query(sql, {}, [&](const mysql::Row& row) {
            found.push_back(databases[static_cast<std::size_t>(row.u64(0))]);
        });
    });
    return found;
}

} // namespace

SteadyClock::duration
enqueue_load(Context& context, const std::vector<Tenant>& tenants, const Load& load) {
    std::atomic<std::size_t> next{0};
    std::mutex error_mutex;
    std::exception_ptr error;
    TenantPools& pools = context.pools();
    const auto begun = SteadyClock::now();
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < enqueue_threads; ++t) {
        threads.emplace_back([&] {
            // With one tenant both threads work for it, each with half of the jobs.
            const std::size_t parts = std::max(tenants.size(), enqueue_threads);
            for (std::size_t i = next++; i < parts; i = next++) {
                try {
                    const Tenant& tenant = tenants[i % tenants.size()];
                    const auto pool = pools.pool(tenant, Context::short_deadline());
                    enqueue_for(*pool, share(load.jobs, parts, i), load);
                } catch (...) { // rethrown by the caller's thread
                    const std::lock_guard lock(error_mutex);
                    error = std::current_exception();
                }
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    if (error) {
        std::rethrow_exception(error);
    }
    return SteadyClock::now() - begun;
}

// Looks at one database that isn't empty, and at all others only once that one is: the looking is
// paid by those who are measured.
void wait_until_empty(
    Context& context, const std::vector<Tenant>& tenants, const std::function<void()>& check
) {
    std::vector<std::string> left;
    for (const Tenant& tenant : tenants) {
        left.push_back(tenant.database);
    }
    mysql::Pool& pool = context.pools().queue_pool();
    const StopSignal pause;
    const Deadline deadline = Deadline::after(drain_time);
    while (!left.empty()) {
        if (!not_empty(pool, {left.back()}).empty()) {
            check();
            if (deadline.passed()) {
                throw Failure(ErrorCode::timeout, "the jobs weren't done within an hour");
            }
            pause.wait_for(between_looks);
        } else {
            left = not_empty(pool, left);
        }
    }
}

std::size_t jobs_left(Context& context, const Tenant& tenant) {
    const auto schema = queue::QueueSchema::of(tenant.database);
    return context.pools()
        .queue_pool()
        .acquire(Context::short_deadline())
        ->query_one(
            "SELECT COUNT(*) FROM " + schema("jobs"),
            {},
            [](const mysql::Row& row) { return row.u64(0); }
        )
        .value_or(0);
}

TimedJobs::TimedJobs(Context& context, const Tenant& tenant, Doorbell& doorbell, bool tracked)
    : context_(context)
    , tenant_(tenant)
    , doorbell_(doorbell)
    , tracked_(tracked) {
    if (!tracked_) {
        const auto& credentials = context_.core().credentials();
        mysql::Connection(credentials.endpoint(credentials.migrate(), tenant_.database))
            .execute_text("CREATE TABLE IF NOT EXISTS bench_started"
                          " (uuid CHAR(36) PRIMARY KEY, started_us BIGINT NOT NULL)");
    }
}

double TimedJobs::push() {
    queue::NewJob job;
    job.kind = "bench_latency";
    job.tracked = tracked_;
    if (!tracked_) {
        job.args["note"] = true;
    }
    const auto schema = queue::QueueSchema::of(tenant_.database);
    const auto begun = SteadyClock::now();
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const std::string& org = tenant_.code.str();
    doorbell_.ring_known(early_ring_text(org, job.queue));
    std::string uuid =
        value_or_throw(
            queue::push_one(context_.pools().queue_pool(), Context::short_deadline(), schema, job)
        )
            .uuid;
    doorbell_.ring(ring_text(org, job.queue));
    pushed_.push_back({std::move(uuid), std::chrono::duration_cast<std::chrono::microseconds>(now)}
    );
    return std::chrono::duration<double, std::milli>(SteadyClock::now() - begun).count();
}

std::vector<double> TimedJobs::collect() {
    const StopSignal pause;
    const Deadline deadline = Context::long_deadline();
    std::vector<double> times;
    for (const Pushed& pushed : pushed_) {
        auto started = started_us(pushed.uuid);
        while (!started) {
            if (deadline.passed()) {
                throw Failure(ErrorCode::timeout, "a job wasn't done in time");
            }
            pause.wait_for(between_polls);
            started = started_us(pushed.uuid);
        }
        times.push_back(static_cast<double>(*started - pushed.at.count()) / 1000.0);
    }
    pushed_.clear();
    return times;
}

std::optional<std::int64_t> TimedJobs::started_us(const std::string& uuid) {
    if (!tracked_) {
        return context_.pools()
            .pool(tenant_, Context::short_deadline())
            ->acquire(Context::short_deadline())
            ->query_one(
                "SELECT started_us FROM bench_started WHERE uuid = ?",
                {uuid},
                [](const mysql::Row& row) { return row.i64(0); }
            );
    }
    const Json shown = value_or_throw(queue::show_job(
        *context_.pools().queue_pool().acquire(Context::short_deadline()),
        queue::QueueSchema::of(tenant_.database),
        uuid
    ));
    if (shown.at("state") != "completed") {
        return std::nullopt;
    }
    return shown.at("output").at("started_us").get<std::int64_t>();
}

} // namespace bgerp::cli
