#include "tenant_db/queue/batch_options.hpp"
#include "tenant_db/queue/fence_groups.hpp"
#include "tenant_db/queue/id_condition.hpp"
#include "tenant_db/queue/in_list.hpp"
#include "tenant_db/queue/run_record.hpp"

#include <gmock/gmock.h>

#include <random>
#include <set>

namespace bgerp::queue {
namespace {

TEST(InList, LengthsAreFewSoThatStatementsStayPrepared) {
    EXPECT_EQ(in_list(1), " (?)");
    EXPECT_EQ(padded(2), 10U);
    EXPECT_EQ(padded(10), 10U);
    EXPECT_EQ(padded(11), 100U);
    EXPECT_EQ(padded(101), 500U);
    EXPECT_EQ(padded(501), 1000U);
    mysql::Params params;
    add_padded(params, std::vector<std::int64_t>{7, 8});
    ASSERT_EQ(params.size(), 10U);
    EXPECT_EQ(std::get<std::int64_t>(params[0].value()), 7);
    EXPECT_EQ(std::get<std::int64_t>(params[9].value()), 8);
    EXPECT_EQ(repeated("(?,?)", 3), "(?,?),(?,?),(?,?)");
    EXPECT_EQ(rows_per_statement(1234), 1000U);
    EXPECT_EQ(rows_per_statement(734), 500U);
    EXPECT_EQ(rows_per_statement(34), 10U);
    EXPECT_EQ(rows_per_statement(4), 1U);
    EXPECT_EQ(rows_with_filling(1), 1U);
    EXPECT_EQ(rows_with_filling(2), 10U);
    EXPECT_EQ(rows_with_filling(9), 10U);
    EXPECT_EQ(rows_with_filling(39), 10U) << "100 would be more than twice as many";
    EXPECT_EQ(rows_with_filling(637), 1000U);
    EXPECT_EQ(rows_with_filling(1234), 1000U);
    EXPECT_EQ(filled(9, 9), 8U);
}

TEST(InList, SlicesCoverEverythingOnce) {
    std::vector<std::size_t> values(2 * in_list_max + 5);
    for (std::size_t i = 0; i < values.size(); ++i) {
        values[i] = i;
    }
    std::vector<std::size_t> seen;
    in_slices(values, [&](const std::vector<std::size_t>& slice) {
        EXPECT_LE(slice.size(), in_list_max);
        seen.insert(seen.end(), slice.begin(), slice.end());
    });
    EXPECT_EQ(seen, values);
}

ReservedJob reserved(const std::string& queue, std::uint64_t id, std::int64_t attempts) {
    ReservedJob job;
    job.key = {queue, 0, id};
    job.fence = {7, attempts};
    return job;
}

std::vector<FenceGroup> groups_of(const std::vector<ReservedJob>& jobs) {
    std::vector<const ReservedJob*> pointers;
    std::vector<std::size_t> all;
    for (const ReservedJob& job : jobs) {
        all.push_back(pointers.size());
        pointers.push_back(&job);
    }
    return FenceGroup::of(pointers, all);
}

TEST(FenceGroups, JobsOfOneFenceGoTogetherInKeyOrder) {
    const std::vector<ReservedJob> jobs{
        reserved("b", 4, 1),
        reserved("a", 9, 1),
        reserved("a", 2, 1),
        reserved("a", 5, 2)};
    const auto groups = groups_of(jobs);
    ASSERT_EQ(groups.size(), 3U);
    EXPECT_THAT(groups[0].members(), testing::ElementsAre(2, 1));
    EXPECT_THAT(groups[0].ids(), testing::ElementsAre(2, 9));
    EXPECT_THAT(groups[1].members(), testing::ElementsAre(3));
    EXPECT_THAT(groups[2].members(), testing::ElementsAre(0));
}

TEST(FenceGroups, AGroupIsNoLongerThanAList) {
    std::vector<ReservedJob> jobs;
    for (std::uint64_t id = 1; id <= in_list_max + 1; ++id) {
        jobs.push_back(reserved("a", id, 1));
    }
    const auto groups = groups_of(jobs);
    ASSERT_EQ(groups.size(), 2U);
    EXPECT_EQ(groups[0].ids().size(), in_list_max);
}

std::string condition_of(const std::vector<std::uint64_t>& ids) {
    const IdCondition named(ids);
    mysql::Params params;
    named.bind(params);
    std::string text = named.text();
    const auto marks = std::count(text.begin(), text.end(), '?');
    EXPECT_EQ(static_cast<std::size_t>(marks), params.size());
    return text;
}

TEST(IdCondition, IdsWithFewGapsAreRanges) {
    EXPECT_EQ(condition_of({3, 4, 5, 6}), "(id BETWEEN ? AND ? OR id = ?)");
    EXPECT_EQ(
        condition_of({3, 4, 5, 7, 8, 9}),
        "(id BETWEEN ? AND ? OR id = ? OR id BETWEEN ? AND ? OR id = ?)"
    );
    EXPECT_THAT(condition_of({3, 5, 6}), testing::HasSubstr("id IN"));
    EXPECT_THAT(condition_of({3, 3, 5}), testing::HasSubstr("id IN"));
    EXPECT_THAT(condition_of({3, 4}), testing::HasSubstr("id IN"));
    EXPECT_THAT(condition_of({3}), testing::HasSubstr("id IN"));
}

// The ranges hold the ids and nothing else, whatever the gaps.
TEST(IdCondition, NamesEachIdAndNoOther) {
    std::mt19937 random(20261120); // fixed: the same sets each time
    for (int round = 0; round < 500; ++round) {
        std::vector<std::uint64_t> ids;
        for (std::uint64_t id = 1; id <= 120; ++id) {
            if (random() % 40 >= static_cast<unsigned>(round % 5)) {
                ids.push_back(id);
            }
        }
        const IdCondition named(ids);
        if (named.text().find("BETWEEN") == std::string::npos) {
            continue;
        }
        mysql::Params params;
        named.bind(params);
        std::set<std::uint64_t> meant;
        for (std::size_t i = 0; i < params.size(); i += 3) {
            const auto at = [&](std::size_t k) {
                return std::get<std::uint64_t>(params[i + k].value());
            };
            for (std::uint64_t id = at(0); id <= at(1); ++id) {
                meant.insert(id);
            }
            meant.insert(at(2));
        }
        EXPECT_EQ(meant, std::set<std::uint64_t>(ids.begin(), ids.end()));
    }
}

TEST(BatchOptions, AreReadAsTheyWereWritten) {
    NewJob callback;
    callback.kind = "mail";
    callback.args = {{"to", "a"}, {"n", 1}};
    callback.queue = "slow";
    callback.priority = -4;
    callback.delay = std::chrono::seconds(5);
    callback.max_tries = 2;
    callback.backoff_s = {1, 2};
    callback.tags = {"x"};
    callback.uuid = "0193a5e2-7c11-7a3b-9f00-112233445566";
    callback.tracked = false;
    const BatchOptions options{callback, std::nullopt, std::nullopt, true};
    const BatchOptions read = parse_options(compose_options(options));
    EXPECT_TRUE(read.allow_failures);
    EXPECT_FALSE(read.catch_job.has_value());
    ASSERT_TRUE(read.then_job.has_value());
    EXPECT_EQ(read.then_job->args, callback.args);
    EXPECT_EQ(read.then_job->priority, -4);
    EXPECT_EQ(read.then_job->delay, callback.delay);
    EXPECT_EQ(read.then_job->max_tries, 2);
    EXPECT_EQ(read.then_job->timeout_s, std::nullopt);
    EXPECT_EQ(read.then_job->backoff_s, callback.backoff_s);
    EXPECT_EQ(read.then_job->uuid, callback.uuid);
    EXPECT_FALSE(read.then_job->tracked);
    EXPECT_TRUE(parse_options(R"({"allow_failures":true})").allow_failures) << "as it was once";
    EXPECT_THROW(static_cast<void>(parse_options("a:0:{}")), Failure);
    EXPECT_THROW(static_cast<void>(parse_options("{}")), Failure);
}

// What PHP's unserialize reads: lengths in bytes, quotes inside not escaped.
TEST(BatchOptions, AreAPhpArrayForLaravel) {
    EXPECT_EQ(
        compose_options({}),
        R"(a:2:{s:13:"allowFailures";b:0;s:5:"bgerp";s:24:"{"allow_failures":false}";})"
    );
}

TEST(Fence, TheMarkHoldsOwnerAndAttempt) {
    EXPECT_EQ((Fence{7, 3}.mark()), 7U * 65536 + 3);
    EXPECT_NE((Fence{7, 3}.mark()), (Fence{7, 4}.mark()));
    EXPECT_NE((Fence{7, 3}.mark()), (Fence{8, 3}.mark()));
    EXPECT_EQ((Fence{UINT64_MAX, 65535}.mark()), UINT64_MAX);
}

TEST(Storable, IsUtf8AndShortEnough) {
    EXPECT_EQ(storable("plain", 100), "plain");
    EXPECT_EQ(storable("a\xFFz", 100), "a?z");
    EXPECT_EQ(storable("abc", 2), "ab");
    EXPECT_EQ(storable("a\xE2\x82\xAC", 3), "a"); // cut inside a character
    EXPECT_EQ(storable("a\xE2\x82", 100), "a??"); // came cut
    EXPECT_EQ(storable("", 10), "");
}

} // namespace
} // namespace bgerp::queue
