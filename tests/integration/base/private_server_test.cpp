// A server of this test's own is started, killed and stopped here; the shared one is left alone.
#include "base/ids.hpp"
#include "base/mysql/connection.hpp"
#include "base/mysql/private_server.hpp"
#include "base/process.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <sys/wait.h>
#include <thread>

namespace bgerp::mysql {
namespace {

namespace fs = std::filesystem;

Deadline soon() {
    return Deadline::after(std::chrono::minutes(2));
}

class PrivateServerTest : public testing::Test {
protected:
    PrivateServerTest() {
        config_.data_dir = (fs::temp_directory_path() / ("bgerp_server_" + random_hex(4))).string();
        config_.buffer_pool_mib = 64;
        config_.connections_max = 50;
    }

public:
    ~PrivateServerTest() override {
        static_cast<void>(PrivateServer(config_).stop(soon()));
        std::error_code ignored;
        fs::remove_all(config_.data_dir, ignored);
    }

protected:
    [[nodiscard]] DatabaseConfig& config() { return config_; }

private:
    DatabaseConfig config_;
};

TEST_F(PrivateServerTest, LivesThroughStartKillRecoveryAndStop) {
    const PrivateServer server(config());
    EXPECT_FALSE(server.status().running);

    // Two starts at once: one server.
    Result<PrivateServerStatus> second;
    std::thread other([&] { second = PrivateServer(config()).start(soon()); });
    const auto first = server.start(soon());
    other.join();
    ASSERT_TRUE(first) << first.error().message;
    ASSERT_TRUE(second) << second.error().message;
    EXPECT_TRUE(first->answering);
    EXPECT_EQ(first->pid, second->pid);
    EXPECT_EQ(getsid(first->pid), first->pid) << "detached from the terminal";

    Connection(server.admin_endpoint()).execute_text("CREATE DATABASE kept");
    kill(first->pid, SIGKILL);
    ASSERT_TRUE(wait_for_exit(first->pid, soon()));
    waitpid(first->pid, nullptr, 0);
    EXPECT_TRUE(fs::exists(first->socket)) << "a killed server leaves its socket behind";
    EXPECT_FALSE(server.status().running);

    const auto again = server.start(soon());
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_NE(again->pid, first->pid);
    Connection(server.admin_endpoint()).execute_text("DROP DATABASE kept");

    EXPECT_TRUE(server.stop(soon()));
    EXPECT_FALSE(server.status().running);
    EXPECT_TRUE(server.stop(soon())) << "stopping what is stopped is fine";
}

TEST_F(PrivateServerTest, AnInterruptedInstallationIsDoneAgain) {
    fs::create_directories(config().data_dir + "/data.new/mysql");
    const auto started = PrivateServer(config()).start(soon());
    ASSERT_TRUE(started) << started.error().message;
    EXPECT_FALSE(fs::exists(config().data_dir + "/data.new"));
}

TEST_F(PrivateServerTest, ASocketPathThatIsTooLongIsRefused) {
    DatabaseConfig deep = config();
    deep.data_dir += "/" + std::string(100, 'd');
    const auto started = PrivateServer(deep).start(soon());
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().code, ErrorCode::invalid_argument);
    EXPECT_FALSE(fs::exists(deep.data_dir));
}

TEST_F(PrivateServerTest, AServerThatCannotStartSaysWhy) {
    fs::create_directories(config().data_dir + "/data"); // not a database
    const auto started = PrivateServer(config()).start(soon());
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().code, ErrorCode::unavailable);
    EXPECT_NE(started.error().message.find("ended while it started"), std::string::npos);
}

} // namespace
} // namespace bgerp::mysql
