// Q45: what workers counted, added up in the tenant's database.
#include "tenant_db/queue/job_stats.hpp"
#include "tests/conformance/queue_fixture.hpp"

#include <thread>

namespace bgerp::queue {
namespace {

using namespace std::chrono_literals;

class Stats : public QueueFixture {
protected:
    static JobStat stat(const std::string& queue, const std::string& kind, std::uint64_t jobs) {
        JobStat one{queue, kind, {}};
        one.counts.started = jobs;
        one.counts.completed = jobs - 1;
        one.counts.failed = 1;
        for (std::uint64_t i = 0; i < jobs; ++i) {
            one.counts.wait.add(std::chrono::milliseconds(10 * (i + 1)));
            one.counts.run.add(1ms);
        }
        return one;
    }

    void add(const std::vector<JobStat>& stats) { add_stats(*pool, soon(), schema, stats); }

    StatSums read(const StatQuery& query) {
        return read_stats(*pool->acquire(soon()), schema, query);
    }
};

TEST_F(Stats, Q45_CountsOfManyWorkersAndMinutesAddUp) {
    add({stat("mail", "send", 4), stat("default", "noop", 2)});
    add({stat("mail", "send", 10), stat("mail", "fetch", 3)});
    execute("UPDATE job_stat SET minute = minute - 3 WHERE kind = 'fetch'");
    const StatSums sums = read({});
    ASSERT_EQ(sums.stats.size(), 2U);
    EXPECT_EQ(sums.stats[0].queue, "default");
    const JobCounts& mail = sums.stats[1].counts;
    EXPECT_EQ(mail.started, 17U);
    EXPECT_EQ(mail.completed, 14U);
    EXPECT_EQ(mail.failed, 3U);
    EXPECT_EQ(mail.wait.count(), 17U);
    EXPECT_EQ(mail.wait.max_us, 100'000U);
    EXPECT_EQ(mail.run.sum_us, 17'000U);
    EXPECT_GE(sums.covered, 60min);
    EXPECT_LT(sums.covered, 61min);
}

TEST_F(Stats, Q45_KindsApartOneQueueOrTheLastMinutesAlone) {
    add({stat("mail", "send", 4), stat("mail", "fetch", 3), stat("default", "noop", 2)});
    execute("UPDATE job_stat SET minute = minute - 10 WHERE kind = 'fetch'");
    const auto by_kind = read({60min, true, "mail"}).stats;
    ASSERT_EQ(by_kind.size(), 2U);
    EXPECT_EQ(by_kind[0].kind, "fetch");
    EXPECT_EQ(by_kind[1].counts.started, 4U);
    EXPECT_EQ(read({5min, true, "mail"}).stats.size(), 1U);
    EXPECT_TRUE(read({5min, false, "none"}).stats.empty());
}

TEST_F(Stats, Q45_TheDocumentSaysWhatWasAsked) {
    const Json shown = counts_to_json(stat("mail", "send", 100).counts, 600s);
    EXPECT_EQ(shown["per_min"], 10);
    EXPECT_EQ(shown["failure_rate"], 0.01);
    EXPECT_EQ(shown["wait_ms"]["max"], 1000);
    EXPECT_EQ(shown["wait_ms"]["avg"], 505);
    EXPECT_NEAR(shown["wait_ms"]["p50"].get<double>(), 500, 50);
    EXPECT_NEAR(shown["wait_ms"]["p99"].get<double>(), 990, 100);
    EXPECT_EQ(shown["run_ms"]["max"], 1);
    const Json nothing = counts_to_json({}, 60s);
    EXPECT_EQ(nothing["failure_rate"], 0);
    EXPECT_EQ(nothing["run_ms"]["p99"], 0);
}

TEST_F(Stats, Q45_OldMinutesAreRemoved) {
    std::vector<JobStat> many;
    for (int i = 0; i < 1100; ++i) {
        many.push_back(stat("q" + std::to_string(i), "k", 1));
    }
    add(many);
    add({stat("new", "k", 1)});
    execute("UPDATE job_stat SET minute = minute - 121 WHERE queue <> 'new'");
    EXPECT_EQ(prune_stats(*pool, soon(), schema, 3), 0U);
    EXPECT_EQ(prune_stats(*pool, soon(), schema, 2), 1100U);
    EXPECT_EQ(count("job_stat"), 1);
}

TEST_F(Stats, Q45_WorkersThatAddAtOnceLoseNothing) {
    constexpr int workers = 4;
    constexpr int rounds = 10;
    std::vector<std::thread> threads;
    for (int i = 0; i < workers; ++i) {
        threads.emplace_back([&, i] {
            for (int round = 0; round < rounds; ++round) {
                auto stats = std::vector{stat("a", "k", 1), stat("b", "k", 1), stat("c", "k", 1)};
                if (i % 2 == 0) {
                    std::reverse(stats.begin(), stats.end());
                }
                add(stats);
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    for (const JobStat& sum : read({}).stats) {
        EXPECT_EQ(sum.counts.started, static_cast<std::uint64_t>(workers) * rounds) << sum.queue;
    }
}

} // namespace
} // namespace bgerp::queue
