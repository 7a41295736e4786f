// A platform with one tenant and a worker in this process, for the worker's tests: handlers are
// lambdas, jobs are pushed through the tenant's own account, states are read from its database.
// Leases are as long as they are in service: on a busy machine a thread may stand still for
// seconds, and a job must not be taken over for it but where a test is about that.
#pragma once

#include "tenant_db/queue/enqueue.hpp"
#include "tenant_db/queue/inspect.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/test_platform.hpp"
#include "worker/directory_source.hpp"
#include "worker/handlers/registry.hpp"
#include "worker/worker.hpp"

#include <gtest/gtest.h>

namespace bgerp::worker {

using testing_support::eventually;

class LambdaHandler final : public Handler {
public:
    using Run = std::function<Result<Json>(JobContext&)>;

    explicit LambdaHandler(Run run)
        : run_(std::move(run)) {}

    Result<Json> run(JobContext& context) override { return run_(context); }

private:
    Run run_;
};

class WorkerFixture : public ::testing::Test {
protected:
    WorkerFixture()
        : tenant_(platform_.create_tenant("acme", {"hr"}))
        , config_(platform_.config()) {
        config_.worker.sweep_ms = 50;
        config_.worker.concurrency = 4;
        config_.worker.shutdown_grace_s = 20;
        register_handlers(handlers_, config_);
    }

    ~WorkerFixture() override { stop_workers(); }

    void stop_workers() {
        for (auto& worker : workers_) {
            worker->hurry();
            worker->stop();
        }
    }

    void handle(const std::string& kind, LambdaHandler::Run run, HandlerOptions options = {}) {
        handlers_.add(kind, std::make_unique<LambdaHandler>(std::move(run)), std::move(options));
    }

    Worker& start_worker(const WorkerOptions& options = {}) {
        sources_.push_back(
            std::make_unique<DirectorySource>(config_, platform_.core(), std::set<std::string>())
        );
        DirectorySource& source = *sources_.back();
        workers_.push_back(std::make_unique<Worker>(
            WorkerParts{
                config_,
                handlers_,
                source,
                [&source](const ServedTenant& tenant) { return source.open_pool(tenant); },
                platform_.core().pool()},
            options
        ));
        workers_.back()->start();
        return *workers_.back();
    }

    [[nodiscard]] std::shared_ptr<mysql::Pool> pool(const Tenant& tenant) {
        return platform_.pools().pool(tenant, platform_.soon());
    }

    std::string push(const Tenant& tenant, const queue::NewJob& job) {
        return mysql::with_transaction(
            *pool(tenant),
            platform_.soon(),
            [&](mysql::Transaction& transaction) {
                return value_or_throw(
                    queue::enqueue(transaction, queue::QueueSchema::current(), job)
                );
            }
        );
    }

    std::string push(const std::string& kind, Json args = Json::object()) {
        queue::NewJob job;
        job.kind = kind;
        job.args = std::move(args);
        return push(tenant_, job);
    }

    [[nodiscard]] Json job(const Tenant& tenant, const std::string& uuid) {
        const auto connection = pool(tenant)->acquire(platform_.soon());
        return value_or_throw(queue::show_job(*connection, queue::QueueSchema::current(), uuid));
    }

    [[nodiscard]] Json job(const std::string& uuid) { return job(tenant_, uuid); }

    [[nodiscard]] std::string state(const std::string& uuid) { return job(uuid).at("state"); }

    [[nodiscard]] bool becomes(const std::string& uuid, const std::string& wanted) {
        return eventually([&] { return state(uuid) == wanted; });
    }

    /// One number from the tenant's database, read as the administrator.
    [[nodiscard]] std::int64_t number(const Tenant& tenant, const std::string& sql) {
        const auto pool = platform_.database().admin_pool(tenant.database, 1);
        return pool->acquire(platform_.soon())
            ->query_one(sql, {}, [](const mysql::Row& row) { return row.i64(0); })
            .value_or(-1);
    }

    [[nodiscard]] std::int64_t number(const std::string& sql) { return number(tenant_, sql); }

    testing_support::TestPlatform platform_;
    Tenant tenant_;
    Config config_;
    HandlerRegistry handlers_;
    std::vector<std::unique_ptr<DirectorySource>> sources_;
    std::vector<std::unique_ptr<Worker>> workers_;
};

} // namespace bgerp::worker
