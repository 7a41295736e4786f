// Workers under limits: a ledger in which handlers write who runs beside them, and limits and keyed
// jobs of one tenant.
#pragma once

#include "tenant_db/queue/limit.hpp"
#include "tests/integration/worker/worker_fixture.hpp"

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>

namespace bgerp::worker {

/// Jobs that run at one time, by key; the most there ever were.
class Ledger {
public:
    /// In a handler: counts it, and gives others that shouldn't run the time to show up.
    void run(const std::string& key, std::int64_t limit) {
        std::unique_lock lock(mutex_);
        const std::int64_t now = ++running_[key];
        peak_[key] = std::max(peak_[key], now);
        ++begun_[key];
        changed_.notify_all();
        changed_.wait_for(lock, std::chrono::milliseconds(3), [&] {
            return running_[key] > limit;
        });
        --running_[key];
    }

    /// The same, until the test opens the gate.
    void run_held(const std::string& key) {
        std::unique_lock lock(mutex_);
        peak_[key] = std::max(peak_[key], ++running_[key]);
        ++begun_[key];
        changed_.wait_for(lock, std::chrono::seconds(60), [&] { return open_; });
        --running_[key];
    }

    void open() {
        const std::lock_guard lock(mutex_);
        open_ = true;
        changed_.notify_all();
    }

    std::int64_t peak(const std::string& key) {
        const std::lock_guard lock(mutex_);
        return peak_[key];
    }

    std::int64_t begun(const std::string& key) {
        const std::lock_guard lock(mutex_);
        return begun_[key];
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::map<std::string, std::int64_t> running_;
    std::map<std::string, std::int64_t> peak_;
    std::map<std::string, std::int64_t> begun_;
    bool open_ = false;
};

class LimitsTest : public WorkerFixture {
protected:
    ~LimitsTest() override {
        ledger_.open();
        stop_workers(); // before the ledger goes
    }

    void set(const queue::Limit& limit) {
        value_or_throw(queue::set_limit(
            *pool(tenant_)->acquire(platform_.soon()),
            queue::QueueSchema::current(),
            limit
        ));
    }

    static queue::Limit by_key(const std::string& name, std::int64_t concurrency) {
        queue::Limit limit;
        limit.name = name;
        limit.by = queue::by_limit_key;
        limit.concurrency = concurrency;
        return limit;
    }

    std::string push_keyed(
        const std::string& kind, const std::string& key, const std::string& queue = "default"
    ) {
        queue::NewJob job;
        job.kind = kind;
        job.queue = queue;
        job.limit_key = key;
        job.args = {{"key", key}};
        return push(tenant_, job);
    }

    void handle_counted(const std::string& kind, std::int64_t limit) {
        handle(kind, [this, limit](JobContext& context) -> Result<Json> {
            ledger_.run(context.args().value("key", ""), limit);
            return Json();
        });
    }

    void handle_held(const std::string& kind) {
        handle(kind, [this](JobContext& context) -> Result<Json> {
            ledger_.run_held(context.args().value("key", ""));
            return Json();
        });
    }

    std::uint64_t change(const std::string& sql) {
        return platform_.database()
            .admin_pool(tenant_.database, 1)
            ->acquire(platform_.soon())
            ->execute(sql);
    }

    bool all_done() {
        return eventually([&] {
            return number("SELECT (SELECT COUNT(*) FROM jobs) + (SELECT COUNT(*) FROM job_blocked)"
                          " + (SELECT COUNT(*) FROM job_delayed)") == 0;
        });
    }

    Ledger ledger_;
};

} // namespace bgerp::worker
