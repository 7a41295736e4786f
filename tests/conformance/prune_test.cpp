// Q44: what has ended is kept as long as its state says, and removed in steps.
#include "base/mysql/statement_hook.hpp"
#include "tenant_db/queue/inspect.hpp"
#include "tenant_db/queue/prune.hpp"
#include "tests/conformance/queue_fixture.hpp"

#include <functional>
#include <utility>

namespace bgerp::queue {
namespace {

using namespace std::chrono_literals;

class Prune : public QueueFixture {
protected:
    /// So many jobs that ended in each of the three ways.
    void end_jobs(std::size_t each) {
        push_many(std::vector<NewJob>(2 * each, job()));
        std::vector<ReservedJob> held;
        while (held.size() < 2 * each) {
            for (ReservedJob& one : take(me, 2 * each - held.size())) {
                held.push_back(std::move(one));
            }
        }
        std::vector<Completion> completions;
        for (std::size_t i = 0; i < held.size(); ++i) {
            if (i % 2 == 0) {
                completions.push_back({&held[i], "", "", ""});
            } else {
                value_or_throw(fail_if_mine(*pool, soon(), schema, {&held[i], "", "", "e", false}));
            }
        }
        complete_many_if_mine(*pool, soon(), schema, completions);
        for (const std::string& uuid : push_many(std::vector<NewJob>(each, job()))) {
            value_or_throw(cancel_job(*pool, soon(), schema, uuid));
        }
    }

    void age(std::chrono::hours hours) {
        const std::int64_t seconds = std::chrono::seconds(hours).count();
        execute(
            "UPDATE job_run SET created_at = created_at - ?, finished_at = finished_at - ?"
            " WHERE finished_at > 0",
            {seconds, seconds}
        );
        execute("UPDATE failed_jobs SET failed_at = failed_at - INTERVAL ? SECOND", {seconds});
    }

    std::int64_t runs(const std::string& outcome) {
        return count("job_run", "outcome = '" + outcome + "'");
    }
};

TEST_F(Prune, Q44_EachStateIsKeptForItsOwnTime) {
    end_jobs(3);
    push(job());
    age(48h);
    QueueConfig config;
    config.finished_keep_h = 72;
    config.completed_keep_h = 1;
    EXPECT_EQ(prune_finished(*pool, soon(), schema, retention_of(config)), 3U);
    EXPECT_EQ(runs("completed"), 0);
    EXPECT_EQ(runs("failed") + runs("cancelled"), 6);

    config.completed_keep_h = 0;
    config.cancelled_keep_h = 47;
    EXPECT_EQ(prune_finished(*pool, soon(), schema, retention_of(config)), 3U);
    EXPECT_EQ(runs("cancelled"), 0);

    config.failed_keep_h = 47;
    EXPECT_EQ(prune_finished(*pool, soon(), schema, retention_of(config)), 6U);
    EXPECT_EQ(runs("failed"), 0);
    EXPECT_EQ(count("failed_jobs"), 0);
    EXPECT_EQ(runs("open"), 1) << "what hasn't ended stays";
}

TEST_F(Prune, Q44_FailedJobsAreKeptForEverUnlessSaidOtherwise) {
    end_jobs(2);
    age(20'000h);
    EXPECT_EQ(prune_finished(*pool, soon(), schema, retention_of(QueueConfig())), 6U);
    EXPECT_EQ(count("job_run"), 0);
    EXPECT_EQ(count("failed_jobs"), 2) << "they can still be retried";
    EXPECT_EQ(*retry_failed(*pool, soon(), schema, ""), 2U);
}

TEST_F(Prune, Q44_OneStateByHandInSteps) {
    end_jobs(620);
    age(10h);
    EXPECT_EQ(prune_runs(*pool, soon(), schema, JobOutcome::cancelled, 11h), 0U);
    EXPECT_EQ(prune_runs(*pool, soon(), schema, JobOutcome::cancelled, 9h), 620U);
    EXPECT_EQ(runs("completed") + runs("failed"), 1240);
}

TEST_F(Prune, Q44_OldFailedJobsGoInStepsAndYoungOnesStay) {
    end_jobs(620);
    execute(
        "UPDATE failed_jobs SET failed_at = failed_at - INTERVAL 90 MINUTE ORDER BY id LIMIT 560"
    );
    EXPECT_EQ(flush_failed(*pool, soon(), schema, 91min), 0U);
    EXPECT_EQ(flush_failed(*pool, soon(), schema, 89min), 560U) << "minutes aren't cut to hours";
    EXPECT_EQ(count("failed_jobs"), 60);
    EXPECT_EQ(flush_failed(*pool, soon(), schema, 0s), 60U);
}

TEST_F(Prune, Q44_WhatTheTimeDoesntAllowIsForAnotherCall) {
    end_jobs(620);
    static_cast<void>(pool->acquire(soon())); // one is open: none has to be made in no time
    const Deadline over = Deadline::after(0s);
    EXPECT_EQ(prune_runs(*pool, over, schema, JobOutcome::completed, 0s), 500U);
    EXPECT_EQ(prune_runs(*pool, soon(), schema, JobOutcome::completed, 0s), 120U);
}

// Retries all failed jobs when a statement that removes history is about to run.
class RetryBeforeRemoval final : public mysql::StatementHook {
public:
    explicit RetryBeforeRemoval(std::function<void()> retry)
        : retry_(std::move(retry)) {}

    [[nodiscard]] int before(std::string_view sql) override {
        if (sql.substr(0, 6) == "DELETE" && retry_) {
            std::exchange(retry_, {})();
        }
        return 0;
    }

    [[nodiscard]] int after(std::string_view /*sql*/) override { return 0; }

private:
    std::function<void()> retry_;
};

TEST_F(Prune, Q44_TheHistoryOfAJobRetriedMeanwhileStays) {
    end_jobs(2);
    RetryBeforeRemoval hook([&] { value_or_throw(retry_failed(*pool, soon(), schema, "")); });
    mysql::Endpoint endpoint = database.admin();
    endpoint.hook = &hook;
    mysql::Pool hooked(endpoint, 1);
    prune_runs(hooked, soon(), schema, JobOutcome::failed, 0s);
    EXPECT_EQ(count("job_run", "outcome = 'open'"), 2);
    EXPECT_EQ(count("jobs"), 2);
}

TEST_F(Prune, Q44_WhatSomebodyRetriesAtThisMomentIsPassedBy) {
    end_jobs(2);
    mysql::run_transaction(*direct, soon(), [&](mysql::Transaction& retrying) {
        retrying.query(
            "SELECT id FROM failed_jobs ORDER BY id LIMIT 1 FOR UPDATE",
            {},
            [](const mysql::Row&) {}
        );
        EXPECT_EQ(flush_failed(*pool, soon(), schema, 0s), 1U);
        return true;
    });
    EXPECT_EQ(count("failed_jobs"), 1);
}

} // namespace
} // namespace bgerp::queue
