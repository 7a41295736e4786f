// The database goes away under a working worker and comes back: once stopped in good order, once
// killed. Every job must have had its effect exactly once, and the worker must have noticed by
// itself that work goes on. The server is this test's own.
#include "base/ids.hpp"
#include "base/mysql/private_server.hpp"
#include "base/process.hpp"
#include "tenant_db/migrator.hpp"
#include "tenant_db/provisioning.hpp"
#include "tenant_db/queue/enqueue.hpp"
#include "tests/integration/worker/worker_fixture.hpp"

#include <atomic>
#include <csignal>
#include <filesystem>

namespace bgerp::worker {
namespace {

namespace fs = std::filesystem;

// Six thousand transactions on a real disk, which may be a slow one.
constexpr std::chrono::minutes patience{2};

Deadline soon() {
    return Deadline::after(patience);
}

class DatabaseRestartTest : public ::testing::Test {
protected:
    DatabaseRestartTest() {
        folder_ = (fs::temp_directory_path() / ("bgerp_restart_" + random_hex(4))).string();
        config_.database.data_dir = folder_ + "/db";
        config_.database.buffer_pool_mib = 64;
        config_.security.master_key_file = folder_ + "/master.key";
        config_.queue.lease_s = 5;
        config_.worker.sweep_ms = 50;
        fs::create_directories(folder_);
        value_or_throw(server().start(soon()));
        static_cast<void>(
            value_or_throw(core_db::MasterKey::load_or_create(config_.security.master_key_file))
        );
        core_ = value_or_throw(core_db::CoreDatabase::open(config_));
        Migrator migrator(core_->credentials());
        static_cast<void>(value_or_throw(migrator.migrate_core(soon())));
        const CreateOrganization wanted{value_or_throw(OrgCode::parse("acme")), "Acme", {"base"}};
        tenant_ = value_or_throw(Provisioning(*core_, migrator).create(wanted, soon())).tenant;
        admin_ = std::make_unique<mysql::Pool>(server().admin_endpoint(), 4);
        admin_->acquire(soon())->execute(
            "CREATE TABLE " + table("ledger") + " (id INT AUTO_INCREMENT PRIMARY KEY, n INT)"
        );
    }

    ~DatabaseRestartTest() override {
        static_cast<void>(server().stop(soon()));
        std::error_code ignored;
        fs::remove_all(folder_, ignored);
    }

    [[nodiscard]] mysql::PrivateServer server() const {
        return mysql::PrivateServer(config_.database);
    }

    [[nodiscard]] std::string table(const std::string& name) const {
        return "`" + tenant_->database + "`." + name;
    }

    /// -1 when the connection, kept from before the restart, turns out to be dead.
    [[nodiscard]] std::int64_t try_number(const std::string& sql) {
        try {
            return admin_->acquire(soon())
                ->query_one(sql, {}, [](const mysql::Row& row) { return row.i64(0); })
                .value_or(-1);
        } catch (const mysql::DatabaseError&) {
            return -1;
        }
    }

    [[nodiscard]] std::int64_t number(const std::string& sql) {
        std::int64_t value = -1;
        EXPECT_TRUE(eventually([&] { return (value = try_number(sql)) >= 0; }));
        return value;
    }

    void push(int count) {
        std::vector<queue::NewJob> jobs(static_cast<std::size_t>(count));
        for (std::size_t i = 0; i < jobs.size(); ++i) {
            jobs[i].kind = "book";
            jobs[i].args = {{"n", i}};
            jobs[i].tracked = i % 2 == 0;
            jobs[i].backoff_s = {0};
        }
        const auto schema = queue::QueueSchema::of(tenant_->database);
        static_cast<void>(value_or_throw(mysql::with_transaction(
            *admin_,
            soon(),
            [&](mysql::Transaction& transaction) {
                return queue::enqueue_many(transaction, schema, jobs);
            }
        )));
    }

    std::string folder_;
    Config config_;
    std::unique_ptr<core_db::CoreDatabase> core_;
    std::optional<Tenant> tenant_;
    std::unique_ptr<mysql::Pool> admin_;
};

Result<Json> book(JobContext& context) {
    const auto done = mysql::with_transaction(
        context.pool(),
        context.deadline(),
        [&](mysql::Transaction& transaction) {
            transaction.execute(
                "INSERT INTO ledger (n) VALUES (?)",
                {context.args().at("n").get<std::int64_t>()}
            );
            return context.complete(transaction, Json());
        }
    );
    if (!done) {
        return tl::unexpected<Error>(done.error());
    }
    return Json();
}

TEST_F(DatabaseRestartTest, nothing_is_lost_and_nothing_happens_twice) {
    constexpr int jobs = 6000;
    push(jobs);
    HandlerRegistry handlers;
    // However long this test is held up, its restart falls into the work: half of it waits for
    // that.
    std::atomic<bool> restarted{false};
    const auto book_in_time = [&](JobContext& context) -> Result<Json> {
        const bool late = context.args().at("n").get<int>() >= jobs / 2;
        const auto may_go_on = [&] { return restarted.load() || context.stop_requested(); };
        if (late && (!eventually(may_go_on, 2 * patience) || !restarted.load())) {
            return fail(ErrorCode::cancelled, "stopped");
        }
        return book(context);
    };
    handlers.add("book", std::make_unique<LambdaHandler>(book_in_time), {});
    DirectorySource source(config_, *core_, {});
    Worker worker(
        {config_,
         handlers,
         source,
         [&](const ServedTenant& tenant) { return source.open_pool(tenant); },
         core_->pool()},
        {}
    );
    worker.start();
    const std::string booked = "SELECT COUNT(*) FROM " + table("ledger");

    ASSERT_TRUE(eventually([&] { return number(booked) > jobs / 6; }, patience));
    value_or_throw(server().stop(soon()));
    value_or_throw(server().start(soon()));
    const auto after_stop = number(booked);
    EXPECT_LT(after_stop, jobs) << "the restart must fall into the work";
    restarted = true;
    ASSERT_TRUE(eventually([&] { return number(booked) > after_stop; }, patience));

    const auto status = server().status();
    ASSERT_TRUE(status.running);
    kill(status.pid, SIGKILL);
    ASSERT_TRUE(wait_for_exit(status.pid, soon()));
    value_or_throw(server().start(soon()));

    const auto all_done = [&] {
        return number("SELECT COUNT(*) FROM " + table("jobs")) == 0 &&
               number("SELECT COUNT(*) FROM " + table("job_delayed")) == 0;
    };
    ASSERT_TRUE(eventually(all_done, patience));
    worker.stop();
    EXPECT_EQ(number(booked), jobs);
    EXPECT_EQ(number("SELECT COUNT(DISTINCT n) FROM " + table("ledger")), jobs);
    EXPECT_EQ(number("SELECT COUNT(*) FROM " + table("failed_jobs")), 0);
    EXPECT_EQ(
        number("SELECT COUNT(*) FROM " + table("job_run") + " WHERE state <> 'completed'"),
        0
    );
}

} // namespace
} // namespace bgerp::worker
