// Q35, Q36: what a limit may be, which jobs it matches, and its bucket.
#include "tenant_db/queue/bucket.hpp"
#include "tenant_db/queue/limit_match.hpp"
#include "tenant_db/queue/payload.hpp"

#include <gtest/gtest.h>

#include <random>

namespace bgerp::queue {
namespace {

std::shared_ptr<const Limit> limit(Limit what) {
    return std::make_shared<const Limit>(std::move(what));
}

Limit named(const std::string& name) {
    Limit what;
    what.name = name;
    what.concurrency = 1;
    return what;
}

std::string payload(const std::string& kind, Json args = Json::object(), std::string key = "") {
    NewJob job;
    job.kind = kind;
    job.args = std::move(args);
    job.limit_key = std::move(key);
    return compose_envelope(job, "0192c0de-0000-7000-8000-000000000001");
}

TEST(LimitTest, Q35_needs_a_name_and_something_to_limit) {
    EXPECT_TRUE(check_limit(named("mail")));
    EXPECT_FALSE(check_limit(named("")));
    EXPECT_FALSE(check_limit(named("!pause x")));
    Limit nothing = named("x");
    nothing.concurrency.reset();
    EXPECT_FALSE(check_limit(nothing));
    nothing.rate = 5;
    EXPECT_TRUE(check_limit(nothing));
    nothing.rate = -1;
    EXPECT_FALSE(check_limit(nothing));
}

TEST(LimitTest, Q35_by_is_key_or_a_pointer) {
    Limit by = named("x");
    for (const char* good : {"", "key", "/customer", "/a/0/b~1c"}) {
        by.by = good;
        EXPECT_TRUE(check_limit(by)) << good;
    }
    for (const char* bad : {"customer", "/a~2", "keys"}) {
        by.by = bad;
        EXPECT_FALSE(check_limit(by)) << bad;
    }
}

TEST(LimitMatchTest, reads_the_head_of_envelopes_in_any_order_and_form) {
    EXPECT_EQ(read_head(payload("mail.send", {{"job", "no"}}, "k"))->kind, "mail.send");
    EXPECT_EQ(read_head(payload("mail.send", {}, "k"))->limit_key, "k");
    const auto turned =
        read_head(R"( { "data" : {"job":"x","a":["}"]} , "limitKey":"q" ,"job":"b" } )");
    ASSERT_TRUE(turned);
    EXPECT_EQ(turned->kind, "b");
    EXPECT_EQ(turned->limit_key, "q");
    EXPECT_EQ(read_head(R"({"job":"a\u002eb","limitKey":"x\"y"})")->kind, "a.b");
    EXPECT_EQ(read_head(R"({"\u006aob":"hidden"})")->kind, "hidden");
    for (const char* bad : {"", "{", "[]", "{}", "not json", R"({"job":5})", R"({"job":"a)"}) {
        EXPECT_FALSE(read_head(bad)) << bad;
    }
}

TEST(LimitMatchTest, agrees_with_the_parser_whatever_the_payload) {
    const unsigned seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::minstd_rand random(seed);
    const std::string alphabet = R"({}[]":,\ jobdatlimitKey1x)";
    for (int i = 0; i < 20000; ++i) {
        std::string text = payload("k", {{"a", {1, "b"}}}, "key");
        for (std::size_t edits = random() % 4; edits > 0; --edits) {
            text[random() % text.size()] = alphabet[random() % alphabet.size()];
        }
        const auto envelope = parse_envelope(text);
        const auto head = read_head(text);
        if (envelope) {
            ASSERT_TRUE(head) << text;
            ASSERT_EQ(head->kind, envelope->kind) << text;
            ASSERT_EQ(head->limit_key, envelope->limit_key) << text;
        }
    }
}

TEST(LimitMatchTest, Q35_matches_kind_queue_and_key) {
    Limit by_kind = named("kind");
    by_kind.kind = "mail";
    Limit by_queue = named("queue");
    by_queue.queue = "slow";
    Limit by_key = named("key");
    by_key.by = "key";
    Limit by_pointer = named("pointer");
    by_pointer.by = "/customer/id";
    const std::vector limits{
        limit(by_kind),
        limit(by_queue),
        limit(by_key),
        limit(by_pointer),
        limit(named("all"))};
    const auto names = [&](const std::string& queue, const std::string& text) {
        std::vector<std::string> found;
        for (const LimitKey& key : keys_of_job(limits, queue, text)) {
            found.push_back(key.limit->name + "=" + key.text);
        }
        return found;
    };
    using Names = std::vector<std::string>;
    EXPECT_EQ(names("default", payload("mail")), (Names{"kind=", "all="}));
    EXPECT_EQ(names("slow", payload("x", {}, "k")), (Names{"queue=", "key=k", "all="}));
    EXPECT_EQ(names("q", payload("x", {{"customer", {{"id", 7}}}})), (Names{"pointer=7", "all="}));
    EXPECT_EQ(names("q", "junk"), Names{});
}

TEST(LimitMatchTest, keys_of_different_limits_differ) {
    EXPECT_NE(key_hash("a", "b"), key_hash("b", "a"));
    EXPECT_NE(key_hash("ab", ""), key_hash("a", "b"));
    EXPECT_EQ(key_hash("a", "b"), key_hash("a", "b"));
}

TEST(BucketTest, Q36_fills_evenly_up_to_its_burst) {
    Limit what;
    what.rate = 10;
    what.burst = 3;
    constexpr std::int64_t start = 1'000'000'000;
    Bucket bucket(what, 0, start);
    EXPECT_EQ(bucket.tokens(), 3);
    EXPECT_EQ(bucket.take(5), 3);
    EXPECT_EQ(bucket.take(1), 0);
    EXPECT_EQ(bucket.next_token_us(), 100'000);
    EXPECT_EQ(Bucket(what, bucket.full_us(), start + 99'999).tokens(), 0);
    EXPECT_EQ(Bucket(what, bucket.full_us(), start + 100'000).tokens(), 1);
    EXPECT_EQ(Bucket(what, bucket.full_us(), start + 10'000'000).tokens(), 3);
    bucket.put_back(2);
    EXPECT_EQ(bucket.take(5), 2);
}

TEST(BucketTest, Q36_never_gives_more_than_rate_and_burst_in_any_window) {
    const unsigned seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::minstd_rand random(seed);
    for (int round = 0; round < 50; ++round) {
        Limit what;
        what.rate = 1 + static_cast<std::int64_t>(random() % 500);
        what.period_s = 1 + static_cast<std::int64_t>(random() % 30);
        what.burst = 1 + static_cast<std::int64_t>(random() % 50);
        std::int64_t now = 1'000'000'000'000;
        std::int64_t full = 0;
        std::vector<std::pair<std::int64_t, std::int64_t>> taken;
        for (int step = 0; step < 100; ++step) {
            now += static_cast<std::int64_t>(random() % 2'000'000);
            Bucket bucket(what, full, now);
            taken.emplace_back(now, bucket.take(static_cast<std::int64_t>(random() % 60)));
            full = bucket.full_us();
        }
        for (std::size_t from = 0; from < taken.size(); ++from) {
            std::int64_t sum = 0;
            for (std::size_t to = from; to < taken.size(); ++to) {
                sum += taken[to].second;
                const std::int64_t window_us = taken[to].first - taken[from].first;
                ASSERT_LE(
                    sum,
                    what.burst + window_us * what.rate / (what.period_s * 1'000'000) + 1
                );
            }
        }
    }
}

} // namespace
} // namespace bgerp::queue
