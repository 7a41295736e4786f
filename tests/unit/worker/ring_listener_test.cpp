#include "worker/ring_listener.hpp"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

namespace bgerp::worker {
namespace {

constexpr std::chrono::seconds long_enough{10};

// A listener with a real socket, and somebody who rings.
class RingListenerTest : public testing::Test {
protected:
    RingListenerTest() { listener_.start(); }

    ~RingListenerTest() override { ::close(fd_); }

    void ring(const std::string& text) const {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(doorbell_.port());
        ASSERT_EQ(::inet_pton(AF_INET, "127.0.0.1", &address.sin_addr), 1);
        const auto* const raw =
            reinterpret_cast<const sockaddr*>(&address); // NOLINT: the socket interface's cast
        ASSERT_EQ(
            ::sendto(fd_, text.data(), text.size(), 0, raw, sizeof(address)),
            static_cast<ssize_t>(text.size())
        );
    }

    RingListener::Known known(std::chrono::seconds age = std::chrono::seconds(0)) const {
        return {tenant_, {}, false, false, std::chrono::steady_clock::now() - age};
    }

    // The queues hinted at by the next news; none when there is none before the time is up.
    std::set<std::string> hinted() {
        inbox_.wait_for(long_enough);
        const auto news = inbox_.fetch();
        return news.empty() ? std::set<std::string>() : news.front().queues;
    }

    std::shared_ptr<ServedTenant> tenant_ =
        std::make_shared<ServedTenant>(1, "acme", "db_acme", 1.0, nullptr);
    int fd_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    DoorbellSocket doorbell_{"127.0.0.1"};
    WorkInbox inbox_{[] {}};
    Pulse pulse_;
    RingListener listener_{
        std::chrono::minutes(1), QueueSelection({"mail", "default"}), doorbell_, inbox_, pulse_};
};

TEST_F(RingListenerTest, a_ring_of_one_of_whom_nothing_is_known_is_left_to_discovery) {
    ring("acme default");
    const auto heard = listener_.wait(long_enough);
    EXPECT_EQ(heard, (std::map<Ring, bool>{{{"acme", "default"}, false}}));
    EXPECT_TRUE(inbox_.empty());
}

TEST_F(RingListenerTest, a_ring_of_a_known_tenant_is_a_hint_at_once) {
    listener_.know("acme", known());
    ring("acme mail");
    EXPECT_EQ(hinted(), std::set<std::string>{"mail"});
}

TEST_F(RingListenerTest, what_was_hinted_on_old_knowledge_is_told_as_hinted) {
    listener_.know("acme", known(std::chrono::hours(1)));
    ring("acme mail");
    EXPECT_EQ(hinted(), std::set<std::string>{"mail"});
    EXPECT_EQ(listener_.wait(long_enough), (std::map<Ring, bool>{{{"acme", "mail"}, true}}));
}

TEST_F(
    RingListenerTest, no_hint_for_what_is_paused_unselected_unnamed_or_limited_on_old_knowledge
) {
    auto paused = known();
    paused.paused = {"mail"};
    auto all_paused = known();
    all_paused.paused_all = true;
    auto limited = known(std::chrono::hours(1));
    limited.limited = true;
    for (const auto& [knowledge, text] : std::vector<std::pair<RingListener::Known, std::string>>{
             {paused, "acme mail"},
             {all_paused, "acme mail"},
             {limited, "acme mail"},
             {known(), "acme other"},
             {known(), "acme"}}) {
        listener_.know("acme", knowledge);
        ring(text);
        const auto heard = listener_.wait(long_enough);
        ASSERT_EQ(heard.size(), 1U) << text;
        EXPECT_FALSE(heard.begin()->second) << text;
        EXPECT_TRUE(inbox_.empty()) << text;
    }
}

TEST_F(RingListenerTest, one_who_is_forgotten_is_unknown) {
    listener_.know("acme", known());
    listener_.forget("acme");
    ring("acme default");
    EXPECT_EQ(listener_.wait(long_enough), (std::map<Ring, bool>{{{"acme", "default"}, false}}));
}

TEST_F(RingListenerTest, an_early_ring_tells_of_work_to_come_and_asks_nobody) {
    listener_.know("acme", known());
    ring("~acme mail");
    inbox_.wait_for(long_enough);
    const auto news = inbox_.fetch();
    ASSERT_EQ(news.size(), 1U);
    EXPECT_TRUE(news.front().only_expected());
    EXPECT_EQ(news.front().soon, std::set<std::string>{"mail"});
    ring("~globex mail"); // unknown
    ring("acme mail");
    EXPECT_EQ(hinted(), std::set<std::string>{"mail"});
    listener_.wake();
    EXPECT_EQ(listener_.wait(long_enough), (std::map<Ring, bool>{{{"acme", "mail"}, true}}));
}

TEST_F(RingListenerTest, what_is_expected_is_no_more_than_that_until_it_is_told) {
    inbox_.expect(tenant_, "mail");
    inbox_.hint(tenant_, "default");
    const auto news = inbox_.fetch();
    ASSERT_EQ(news.size(), 1U);
    EXPECT_FALSE(news.front().only_expected());
    EXPECT_EQ(news.front().queues, std::set<std::string>{"default"});
}

TEST_F(RingListenerTest, a_wake_ends_the_next_wait) {
    listener_.wake();
    EXPECT_TRUE(listener_.wait(long_enough).empty());
}

} // namespace
} // namespace bgerp::worker
