// Many threads with all verbs on one queue: conflicts happen and are retried, none reaches a
// caller, and in the end every job is accounted for exactly once.
#include "tenant_db/queue/batch.hpp"
#include "tenant_db/queue/inspect.hpp"
#include "tenant_db/queue/payload.hpp"
#include "tests/conformance/queue_fixture.hpp"

#include <atomic>
#include <iostream>
#include <mutex>
#include <random>
#include <thread>

namespace bgerp::queue {
namespace {

class Storm : public QueueFixture {
protected:
    static constexpr int threads_count = 8;
    static constexpr int rounds = 40;

    void complete_some(const std::vector<ReservedJob>& jobs) {
        std::vector<Completion> completions;
        for (const ReservedJob& one : jobs) {
            completions.push_back({&one, "", "", "{}"});
        }
        lost += complete_many_if_mine(*pool, soon(), schema, completions);
        completed += static_cast<int>(jobs.size());
    }

    void push_some(std::mt19937& random) {
        std::vector<NewJob> jobs(10, job());
        for (NewJob& one : jobs) {
            one.priority = static_cast<std::int64_t>(random() % 3);
            one.delay = std::chrono::seconds(random() % 4 == 0 ? 3600 : 0);
            one.tracked = random() % 2 == 0;
        }
        push_many(jobs);
        pushed += 10;
    }

    void handle(const std::vector<ReservedJob>& jobs, std::mt19937& random) {
        if (jobs.empty()) {
            return;
        }
        std::vector<const ReservedJob*> pointers;
        for (const ReservedJob& one : jobs) {
            pointers.push_back(&one);
        }
        lost += renew_leases(*pool, soon(), schema, pointers).lost.size();
        switch (random() % 5) {
        case 0:
            for (const ReservedJob* one : pointers) {
                value_or_throw(retry_if_mine(
                    *pool,
                    soon(),
                    schema,
                    {one, "", one->payload, random() % 2 == 0 ? 0 : 60, "e"}
                ));
            }
            break;
        case 1:
            for (const ReservedJob* one : pointers) {
                value_or_throw(fail_if_mine(*pool, soon(), schema, {one, "", "", "e", false}));
            }
            break;
        case 2:
            lost += pointers.size() -
                    release_if_mine(*pool, soon(), schema, pointers, random() % 2 == 0 ? 0 : 60);
            break;
        default:
            complete_some(jobs);
        }
    }

    void cancel_some(std::mt19937& random) {
        const std::string uuid = text(
            "SELECT uuid FROM job_run WHERE state IN ('available', 'scheduled') LIMIT 1 OFFSET ?",
            {random() % 5}
        );
        if (!uuid.empty()) {
            const Result<std::string> result = cancel_job(*pool, soon(), schema, uuid);
            cancelled += result && *result == "cancelled" ? 1 : 0;
        }
    }

    void run(std::uint64_t owner, unsigned seed) {
        std::mt19937 random(seed + static_cast<unsigned>(owner));
        ClaimCursor cursor;
        for (int round = 0; round < rounds; ++round) {
            push_some(random);
            handle(
                reserve(*pool, soon(), schema, "default", 12, owner, LeaseRules(), cursor),
                random
            );
            cancel_some(random);
            if (random() % 8 == 0) {
                mysql::run_statement(*direct, soon(), [](mysql::Session& session) {
                    session.execute("UPDATE job_delayed SET available_at = 1 ORDER BY id LIMIT 5");
                });
                promote_due(*pool, soon(), schema, 20);
            }
            if (random() % 16 == 0) {
                value_or_throw(retry_failed(*pool, soon(), schema, ""));
            }
        }
    }

    std::atomic<std::size_t> lost = 0;
    std::atomic<int> pushed = 0;
    std::atomic<int> completed = 0;
    std::atomic<int> cancelled = 0;
};

TEST_F(Storm, NoErrorReachesACallerAndTheCountsAddUp) {
    const unsigned seed = std::random_device{}();
    std::cout << "seed " << seed << "\n";
    std::mutex mutex;
    std::vector<std::string> errors;
    std::vector<std::thread> threads;
    for (std::uint64_t owner = 1; owner <= threads_count; ++owner) {
        threads.emplace_back([&, owner] {
            try {
                run(owner, seed);
            } catch (const std::exception& error) {
                const std::lock_guard lock(mutex);
                errors.emplace_back(error.what());
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(errors, std::vector<std::string>());
    EXPECT_EQ(lost, 0U);
    const std::int64_t left = count("jobs") + count("job_delayed") + count("failed_jobs");
    EXPECT_EQ(left + completed + cancelled, pushed);
    EXPECT_EQ(count("jobs", "reserved_at IS NOT NULL"), 0);
    // What is remembered of the tracked jobs agrees with where they are.
    EXPECT_EQ(count("job_run", "state = 'running'"), 0);
    EXPECT_EQ(count("job_run", "state = 'available'"), count("jobs", "flags & 1"));
    EXPECT_EQ(
        count("job_run", "state IN ('scheduled', 'retryable')"),
        count("job_delayed", "flags & 1")
    );
    EXPECT_EQ(count("job_run", "state = 'failed'"), count("failed_jobs", "flags & 1"));
    EXPECT_EQ(count("job_run", "state = 'cancelled'"), cancelled);
}

} // namespace
} // namespace bgerp::queue
