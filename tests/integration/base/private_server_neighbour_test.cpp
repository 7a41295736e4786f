// A machine where MariaDB or MySQL runs already: the private server comes and goes without touching
// it. The neighbour is a second server on the usual port, unless something holds that port anyway.
#include "base/ids.hpp"
#include "base/mysql/connection.hpp"
#include "base/mysql/private_server.hpp"
#include "base/process.hpp"
#include "tests/support/eventually.hpp"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <filesystem>
#include <fstream>
#include <netinet/in.h>
#include <optional>
#include <set>
#include <sstream>
#include <sys/socket.h>
#include <unistd.h>

namespace bgerp::mysql {
namespace {

namespace fs = std::filesystem;

constexpr std::uint16_t usual_port = 3306;

Deadline soon() {
    return Deadline::after(std::chrono::minutes(2));
}

bool usual_port_answers() {
    const int socket_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(usual_port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool connected =
        connect(socket_fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    close(socket_fd);
    return connected;
}

// The inodes of all TCP sockets of this machine.
std::set<std::string> tcp_sockets() {
    std::set<std::string> inodes;
    for (const char* table : {"/proc/net/tcp", "/proc/net/tcp6"}) {
        std::ifstream lines(table);
        std::string line;
        std::getline(lines, line);
        while (std::getline(lines, line)) {
            std::istringstream fields(line);
            std::string field;
            constexpr int inode_field = 10;
            for (int i = 0; i < inode_field; ++i) {
                fields >> field;
            }
            inodes.insert("socket:[" + field + "]");
        }
    }
    return inodes;
}

int tcp_sockets_of(pid_t pid) {
    const std::set<std::string> all = tcp_sockets();
    int count = 0;
    for (const auto& entry : fs::directory_iterator("/proc/" + std::to_string(pid) + "/fd")) {
        std::error_code gone;
        count += static_cast<int>(all.count(fs::read_symlink(entry, gone).string()));
    }
    return count;
}

class PrivateServerNeighbourTest : public testing::Test {
protected:
    PrivateServerNeighbourTest() {
        const std::string folder =
            (fs::temp_directory_path() / ("bgerp_neighbour_" + random_hex(4))).string();
        ours_.data_dir = folder + "/ours";
        theirs_.data_dir = folder + "/theirs";
        for (DatabaseConfig* config : {&ours_, &theirs_}) {
            config->buffer_pool_mib = 64;
        }
    }

public:
    ~PrivateServerNeighbourTest() override {
        static_cast<void>(PrivateServer(ours_).stop(soon()));
        neighbour_.reset();
        std::error_code ignored;
        fs::remove_all(fs::path(ours_.data_dir).parent_path(), ignored);
    }

protected:
    // As a distribution's package would run it: its own folder and socket, and the usual port.
    void start_neighbour() {
        const PrivateServer made(theirs_);
        ASSERT_TRUE(made.start(soon()));
        ASSERT_TRUE(made.stop(soon()));
        ProcessOptions options;
        options.command = {
            "mariadbd",
            "--no-defaults",
            "--user=" + caller_name(),
            "--datadir=" + theirs_.data_dir + "/data",
            "--tmpdir=" + theirs_.data_dir + "/tmp",
            "--socket=" + private_socket(theirs_),
            "--port=" + std::to_string(usual_port),
            "--bind-address=127.0.0.1",
            "--innodb-buffer-pool-size=64M"};
        options.stdout_file = theirs_.data_dir + "/neighbour.log";
        options.stderr_file = options.stdout_file;
        neighbour_.emplace(value_or_throw(Process::start(options)));
        ASSERT_TRUE(testing_support::eventually(usual_port_answers));
        execute("CREATE DATABASE payroll_of_somebody_else");
    }

    void execute(const std::string& sql) {
        Connection(PrivateServer(theirs_).admin_endpoint()).execute_text(sql);
    }

    DatabaseConfig ours_;
    DatabaseConfig theirs_;
    std::optional<Process> neighbour_;
};

TEST_F(PrivateServerNeighbourTest, AServerOnTheUsualPortIsNotDisturbed) {
    if (!usual_port_answers()) {
        start_neighbour();
    }
    const PrivateServer server(ours_);
    const auto started = server.start(soon());
    ASSERT_TRUE(started) << started.error().message;
    EXPECT_EQ(tcp_sockets_of(started->pid), 0) << "ours opens no port";
    EXPECT_TRUE(usual_port_answers());
    EXPECT_TRUE(server.stop(soon()));
    EXPECT_TRUE(usual_port_answers());
    if (neighbour_) {
        EXPECT_GT(tcp_sockets_of(neighbour_->pid()), 0) << "the count above can tell";
        EXPECT_FALSE(neighbour_->wait(Deadline::after(std::chrono::seconds(0))));
        execute("DROP DATABASE payroll_of_somebody_else");
    }
}

} // namespace
} // namespace bgerp::mysql
