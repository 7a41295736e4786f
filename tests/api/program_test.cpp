// The program itself: it says where it listens, serves, and ends with 0 on SIGTERM.
#include "base/process.hpp"
#include "tests/api/api_fixture.hpp"

#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>

namespace bgerp::server {
namespace {

// "server.base_domain" → "BGERP_SERVER_BASE_DOMAIN".
std::string environment_name(const std::string& key) {
    std::string name = "BGERP_" + key;
    for (char& c : name) {
        c = c == '.' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    }
    return name;
}

class Program : public ApiTest {
protected:
    ProcessOptions options(const std::string& stderr_file) {
        config_.log.level = LogLevel::info;
        config_.log.format = LogFormat::json;
        config_.log.file.clear();
        ProcessOptions options;
        options.command = {BGERP_SERVER_PROGRAM};
        options.stderr_file = stderr_file;
        options.working_dir = platform_.database().folder();
        options.environment = Environment();
        for (const ConfigKey& key : config_keys(config_)) {
            (*options.environment)[environment_name(key.name)] = key.value;
        }
        return options;
    }

    // The lines of the program's log, as they come.
    Json next_line(std::FILE* log) {
        std::string line;
        for (int c = std::fgetc(log); c != EOF && c != '\n'; c = std::fgetc(log)) {
            line.push_back(static_cast<char>(c));
        }
        return parse_json(line).value_or(Json::object());
    }
};

TEST_F(Program, ServesUntilItIsToldToStop) {
    const std::string pipe = platform_.database().folder() + "/log";
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    std::FILE* log = ::fdopen(::open(pipe.c_str(), O_RDWR | O_CLOEXEC), "r");
    ASSERT_NE(log, nullptr);
    Process program = value_or_throw(Process::start(options(pipe)));
    Json line = Json::object();
    while (line.value("event", "") != "listening") {
        line = next_line(log);
    }
    const auto port = static_cast<std::uint16_t>(std::stoi(line["port"].get<std::string>()));
    testing::RawClient client(port);
    EXPECT_EQ(
        client.ask("GET /readyz HTTP/1.1\r\nHost: a\r\nX-Request-Id: trace-me-1\r\n\r\n").status,
        200
    );
    while (line.value("event", "") != "request") {
        line = next_line(log);
    }
    EXPECT_EQ(line["request"], "trace-me-1");
    EXPECT_EQ(line["path"], "/readyz");
    EXPECT_EQ(line["status"], "200");
    program.signal_group(SIGTERM);
    const auto ended = program.wait(platform_.soon());
    ASSERT_TRUE(ended.has_value());
    EXPECT_TRUE(ended->success()) << ended->status << " " << ended->signal;
    std::fclose(log);
}

TEST_F(Program, AnAddressInUseIsAnErrorNotAHang) {
    start();
    config_.server.port = server_->port();
    Process program = value_or_throw(Process::start(options("/dev/null")));
    const auto ended = program.wait(platform_.soon());
    ASSERT_TRUE(ended.has_value());
    EXPECT_EQ(ended->status, exit_status(ErrorCode::unavailable));
}

} // namespace
} // namespace bgerp::server
