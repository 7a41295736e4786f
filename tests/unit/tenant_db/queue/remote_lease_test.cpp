// Q42: the lease that a remote worker keeps.
#include "tenant_db/queue/remote_queue.hpp"
#include "tenant_db/queue/remote_work.hpp"

#include <gtest/gtest.h>

namespace bgerp::queue {
namespace {

TEST(RemoteLease, Q42_ComesBackAsItWas) {
    const RemoteLease lease{
        {"remote.\"☃\\", -32768, 18'446'744'073'709'551'615ULL},
        {9'223'372'036'854'775'807ULL, 65'535},
        1'800'000'000,
        {{{7, 8}}, true},
        1'800'000'000'123};
    const std::string sealed = seal_lease(lease, "bgerp_t_acme", "key");
    const auto opened = open_lease(sealed, "bgerp_t_acme", "key");
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_EQ(opened->key.queue, lease.key.queue);
    EXPECT_EQ(opened->key.priority, lease.key.priority);
    EXPECT_EQ(opened->key.id, lease.key.id);
    EXPECT_EQ(opened->fence.owner, lease.fence.owner);
    EXPECT_EQ(opened->fence.attempts, lease.fence.attempts);
    EXPECT_EQ(opened->ends_at_s, lease.ends_at_s);
    EXPECT_EQ(opened->pass.permits, lease.pass.permits);
    EXPECT_TRUE(opened->pass.tells_breakers);
    EXPECT_EQ(opened->began_ms, lease.began_ms);
    EXPECT_EQ(open_lease(sealed, "bgerp_t_zenith", "key").error().field, "lease");
    EXPECT_FALSE(open_lease("", "bgerp_t_acme", "key"));
}

TEST(RemoteQueue, Q42_IsKnownByItsName) {
    EXPECT_TRUE(is_remote_queue("remote."));
    EXPECT_TRUE(is_remote_queue(remote_queue_of("paint")));
    EXPECT_FALSE(is_remote_queue("remote"));
    EXPECT_FALSE(is_remote_queue("remote/x"));
    EXPECT_FALSE(is_remote_queue("Remote.x"));
}

} // namespace
} // namespace bgerp::queue
