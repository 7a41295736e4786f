// Q29: which hooks are told what, side by side, and that their queues are bounded. The programs are
// made up, but for the last tests.
#include "worker/hook_runner.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <future>

namespace bgerp::worker {
namespace {

HookConfig hook(HookEvent event, const std::string& queue = "", const std::string& kind = "") {
    HookConfig made;
    made.on = event;
    made.queue = queue;
    made.kind = kind;
    made.exec = {"/bin/true"};
    return made;
}

TEST(Hooks, Q29_WantWhatTheirQueueAndKindSay) {
    const HookEvent dead = HookEvent::dead;
    EXPECT_TRUE(hook_wants(hook(dead), dead, "mail", "mail.send"));
    EXPECT_FALSE(hook_wants(hook(dead), HookEvent::failed, "mail", "mail.send"));
    EXPECT_TRUE(hook_wants(hook(dead, "mail"), dead, "mail", "any"));
    EXPECT_FALSE(hook_wants(hook(dead, "mail"), dead, "mail.bulk", "any"));
    EXPECT_TRUE(hook_wants(hook(dead, "mail.*"), dead, "mail.bulk", "any"));
    EXPECT_FALSE(hook_wants(hook(dead, "mail.*"), dead, "mail", "any"));
    EXPECT_TRUE(hook_wants(hook(dead, "", "mail.*"), dead, "any", "mail.send"));
    EXPECT_FALSE(hook_wants(hook(dead, "mail", "mail.send"), dead, "mail", "mail.read"));
    EXPECT_TRUE(hook_wants(hook(dead, "*", "*"), dead, "any", ""));
}

TEST(Hooks, Q29_NewsAreOneObject) {
    HookNews news;
    news.event = HookEvent::failed;
    news.org = "acme";
    news.id = 7;
    news.uuid = "0192c0de-0000-7000-8000-000000000001";
    news.kind = "mail.send";
    news.queue = "mail";
    news.attempt = 2;
    news.error = "unavailable: the mail server is away";
    news.retry_in_s = 30;
    news.ran = std::chrono::microseconds(1500);
    news.at = std::chrono::system_clock::time_point(std::chrono::seconds(951'827'696));
    EXPECT_EQ(
        hook_news_to_json(news),
        (Json{
            {"event", "failed"},
            {"org", "acme"},
            {"id", 7},
            {"uuid", "0192c0de-0000-7000-8000-000000000001"},
            {"kind", "mail.send"},
            {"queue", "mail"},
            {"attempt", 2},
            {"state", "retryable"},
            {"error", "unavailable: the mail server is away"},
            {"retry_in_s", 30},
            {"waited_ms", nullptr},
            {"ran_ms", 1.5},
            {"at", "2000-02-29T12:34:56Z"}})
    );
    news.event = HookEvent::dead;
    news.error = std::string(100'000, 'x');
    news.retry_in_s = std::nullopt;
    const Json dead = hook_news_to_json(news);
    EXPECT_EQ(dead["state"], "failed");
    EXPECT_EQ(dead["retry_in_s"], nullptr);
    EXPECT_EQ(dead["error"].get<std::string>().size(), 4000U);
}

class HookRunnerTest : public ::testing::Test {
protected:
    using Stop = std::function<bool()>;

    static std::shared_ptr<const HookNews>
    news(std::uint64_t id, HookEvent event = HookEvent::dead) {
        auto made = std::make_shared<HookNews>();
        made->event = event;
        made->id = id;
        return made;
    }

    const std::vector<HookConfig> hooks_{hook(HookEvent::dead), hook(HookEvent::started)};
    Pulse pulse_;
    std::vector<std::uint64_t> told_; // by the runner's thread; read after stop()
};

TEST_F(HookRunnerTest, Q29_OnlyWhoWantsItIsTold) {
    HookRunner runner(hooks_, pulse_);
    EXPECT_TRUE(runner.wants(HookEvent::dead, "any", "any"));
    EXPECT_FALSE(runner.wants(HookEvent::completed, "any", "any"));
    runner.tell(news(1));
    EXPECT_EQ(runner.waiting(), 1U);
}

TEST_F(HookRunnerTest, Q29_TheQueueIsBoundedAndWhatDoesNotFitIsCounted) {
    HookRunner runner(hooks_, pulse_);
    for (std::uint64_t id = 0; id < HookRunner::waiting_max + 5; ++id) {
        runner.tell(news(id));
    }
    EXPECT_EQ(runner.waiting(), HookRunner::waiting_max);
    EXPECT_EQ(runner.dropped(), 5U);
    runner.tell(news(1, HookEvent::started));
    EXPECT_EQ(runner.waiting(), HookRunner::waiting_max + 1) << "each hook has a queue of its own";
    EXPECT_EQ(runner.dropped(), 5U);
}

TEST_F(HookRunnerTest, Q29_ASlowHookHoldsUpNoOther) {
    const std::vector<HookConfig> both{hook(HookEvent::dead), hook(HookEvent::dead)};
    std::promise<void> other_told;
    HookRunner runner(both, pulse_, [&](const HookConfig& told, const HookNews&, const Stop& stop) {
        if (&told == &both[1]) {
            other_told.set_value();
            return Result<void>();
        }
        while (!stop()) {
            std::this_thread::yield();
        }
        return Result<void>();
    });
    runner.tell(news(1));
    runner.start();
    EXPECT_EQ(
        other_told.get_future().wait_for(std::chrono::seconds(30)),
        std::future_status::ready
    );
    runner.hurry();
    runner.stop();
    EXPECT_EQ(runner.dropped(), 0U);
}

TEST_F(HookRunnerTest, Q29_NoMoreThanFourRunSideBySide) {
    const std::vector<HookConfig> many(HookRunner::side_by_side_max + 2, hook(HookEvent::dead));
    std::atomic<std::size_t> begun{0};
    std::promise<void> all_begun;
    HookRunner runner(many, pulse_, [&](const HookConfig&, const HookNews&, const Stop& stop) {
        if (begun.fetch_add(1) + 1 == HookRunner::side_by_side_max) {
            all_begun.set_value();
        }
        while (!stop()) {
            std::this_thread::yield();
        }
        return Result<void>();
    });
    runner.tell(news(1));
    runner.start();
    EXPECT_EQ(all_begun.get_future().wait_for(std::chrono::seconds(30)), std::future_status::ready);
    runner.hurry();
    runner.stop();
    EXPECT_EQ(begun.load(), HookRunner::side_by_side_max);
    EXPECT_EQ(runner.dropped(), 2U);
}

TEST_F(HookRunnerTest, Q29_EachHookIsToldInOrderAndOneAtATime) {
    constexpr std::uint64_t last = 200;
    const std::vector<HookConfig> both{hook(HookEvent::dead), hook(HookEvent::dead)};
    std::array<std::atomic<int>, 2> inside{};
    std::array<std::vector<std::uint64_t>, 2> heard; // each by one thread at a time
    std::atomic<bool> together{false};
    HookRunner runner(both, pulse_, [&](const HookConfig& told, const HookNews& said, const Stop&) {
        const std::size_t which = &told == &both[0] ? 0 : 1;
        if (inside.at(which).fetch_add(1) != 0) {
            together.store(true);
        }
        heard.at(which).push_back(said.id);
        inside.at(which).fetch_sub(1);
        return Result<void>();
    });
    runner.start();
    std::vector<std::uint64_t> said;
    for (std::uint64_t id = 1; id <= last; ++id) {
        runner.tell(news(id));
        said.push_back(id);
    }
    runner.stop();
    EXPECT_EQ(heard[0], said);
    EXPECT_EQ(heard[1], said);
    EXPECT_FALSE(together.load());
}

TEST_F(HookRunnerTest, Q29_WhatWaitsIsToldInOrderBeforeItStops) {
    HookRunner runner(hooks_, pulse_, [&](const HookConfig&, const HookNews& said, const Stop&) {
        told_.push_back(said.id);
        return Result<void>();
    });
    for (std::uint64_t id = 1; id <= 3; ++id) {
        runner.tell(news(id));
    }
    runner.start();
    runner.stop();
    EXPECT_EQ(told_, (std::vector<std::uint64_t>{1, 2, 3}));
    EXPECT_EQ(runner.dropped(), 0U);
    runner.tell(news(4));
    EXPECT_EQ(runner.dropped(), 1U) << "it is closed";
}

TEST_F(HookRunnerTest, Q29_AHookThatFailsOrThrowsIsNoTrouble) {
    HookRunner runner(
        hooks_,
        pulse_,
        [&](const HookConfig&, const HookNews& said, const Stop&) -> Result<void> {
            told_.push_back(said.id);
            if (said.id == 1) {
                return fail(ErrorCode::unavailable, "the program ended with status 1");
            }
            if (said.id == 2) {
                throw std::runtime_error("a bug");
            }
            return {};
        }
    );
    for (std::uint64_t id = 1; id <= 3; ++id) {
        runner.tell(news(id));
    }
    runner.start();
    runner.stop();
    EXPECT_EQ(told_, (std::vector<std::uint64_t>{1, 2, 3}));
}

TEST_F(HookRunnerTest, Q29_AHurryEndsTheHookUnderWayAndDropsTheRest) {
    std::promise<void> began;
    HookRunner runner(
        hooks_,
        pulse_,
        [&](const HookConfig&, const HookNews& said, const Stop& stop) {
            told_.push_back(said.id);
            began.set_value();
            while (!stop()) {
                std::this_thread::yield();
            }
            return Result<void>();
        }
    );
    for (std::uint64_t id = 1; id <= 3; ++id) {
        runner.tell(news(id));
    }
    runner.start();
    began.get_future().wait();
    runner.hurry();
    runner.stop();
    EXPECT_EQ(told_, (std::vector<std::uint64_t>{1}));
    EXPECT_EQ(runner.dropped(), 2U);
}

TEST(Hooks, Q29_AProgramThatHangsIsKilledAfterItsTimeOut) {
    HookConfig hangs = hook(HookEvent::dead);
    hangs.exec = {"/bin/sh", "-c", "sleep 600 & wait"};
    hangs.timeout_s = 1;
    const auto told = run_hook(hangs, {}, [] { return false; });
    ASSERT_FALSE(told);
    EXPECT_EQ(told.error().code, ErrorCode::timeout);
}

TEST(Hooks, Q29_AProgramThatFailsOrIsNotThereIsAnError) {
    HookConfig broken = hook(HookEvent::dead);
    broken.exec = {"/bin/sh", "-c", "echo no such pager >&2; exit 3"};
    const auto told = run_hook(broken, {}, [] { return false; });
    ASSERT_FALSE(told);
    EXPECT_EQ(told.error().message, "the program ended with status 3: no such pager");
    broken.exec = {"/nowhere/page"};
    const auto missing = run_hook(broken, {}, [] { return false; });
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, ErrorCode::not_found);
}

} // namespace
} // namespace bgerp::worker
