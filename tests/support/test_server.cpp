#include "tests/support/test_server.hpp"

#include "base/crypto.hpp"
#include "base/mysql/private_server.hpp"

#include <filesystem>

namespace bgerp::testing_support {

namespace {

namespace fs = std::filesystem;

constexpr const char* memory = "/dev/shm";
constexpr std::uintmax_t room_needed = std::uintmax_t{4} << 30U;

// One folder per build, so that builds side by side don't share a server. A folder that is there
// stays the choice, however much room is left now.
std::string data_dir() {
    constexpr std::size_t digits = 8;
    std::string in_memory =
        std::string(memory) + "/bgerp_test_" + sha256_hex(BGERP_TEST_DB_DIR).substr(0, digits);
    std::error_code error;
    if (fs::exists(in_memory, error)) {
        return in_memory;
    }
    const fs::space_info space = fs::space(memory, error);
    const bool room = !error && space.available >= room_needed;
    return room ? in_memory : BGERP_TEST_DB_DIR;
}

// The file whose section `database` says which server to use, or empty.
std::string given_server() {
    const Environment environment = process_environment();
    const auto found = environment.find("BGERP_TEST_DATABASE");
    return found == environment.end() ? std::string() : found->second;
}

} // namespace

bool test_server_is_given() {
    return !given_server().empty();
}

Config test_server_config() {
    Config config;
    if (test_server_is_given()) {
        config.database = value_or_throw(read_config(given_server(), {})).database;
        return config;
    }
    config.database.data_dir = data_dir();
    config.database.buffer_pool_mib = 256;
    config.database.connections_max = 1000; // several test programs at once
    return config;
}

void ensure_test_server() {
    if (test_server_is_given()) {
        return;
    }
    static const bool started = [] {
        const mysql::PrivateServer server(test_server_config().database);
        return value_or_throw(server.start(Deadline::after(std::chrono::minutes(2)))).answering;
    }();
    static_cast<void>(started);
}

void remove_test_server() {
    if (test_server_is_given()) {
        return;
    }
    const DatabaseConfig config = test_server_config().database;
    value_or_throw(mysql::PrivateServer(config).stop(Deadline::after(std::chrono::minutes(2))));
    fs::remove_all(config.data_dir);
}

} // namespace bgerp::testing_support
