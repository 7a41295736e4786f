// What a worker hears of a job that is pushed over HTTP.
#include "core_db/worker_registry.hpp"
#include "tests/api/api_fixture.hpp"

#include <arpa/inet.h>
#include <array>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace bgerp::server {
namespace {

// A worker as the core database and the doorbell know it, and no more.
class HearingTest : public ApiTest {
protected:
    HearingTest() {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof(address);
        auto* const raw =
            reinterpret_cast<sockaddr*>(&address); // NOLINT: the socket interface's cast
        const timeval patience{10, 0};
        EXPECT_EQ(::bind(fd_, raw, size), 0);
        EXPECT_EQ(::getsockname(fd_, raw, &size), 0);
        EXPECT_EQ(::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)), 0);
        core_db::WorkerProcess worker;
        worker.id = "01900000-0000-7000-8000-000000000001";
        worker.host = "here";
        worker.pid = 1;
        worker.doorbell_host = "127.0.0.1";
        worker.doorbell_port = ntohs(address.sin_port);
        core_db::register_worker(*platform_.core().pool().acquire(platform_.soon()), worker);
    }

    ~HearingTest() override { ::close(fd_); }

    /// The next datagram; empty when none comes.
    [[nodiscard]] std::string heard() const {
        std::array<char, 2000> datagram{};
        const ssize_t size = ::recv(fd_, datagram.data(), datagram.size(), 0);
        return {datagram.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
    }

private:
    int fd_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
};

TEST_F(HearingTest, a_job_rings_with_its_queue_before_its_commit_and_after_it) {
    start();
    const auto push = [this] {
        return post("/api/v1/jobs", {{"kind", "noop"}, {"queue", "mail"}}).status;
    };
    ASSERT_EQ(push(), 202);
    EXPECT_EQ(heard(), "acme mail") << "nobody's address is known before";
    ASSERT_EQ(push(), 202);
    EXPECT_EQ(heard(), "~acme mail");
    EXPECT_EQ(heard(), "acme mail");
}

} // namespace
} // namespace bgerp::server
