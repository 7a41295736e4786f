#include "tests/support/test_server.hpp"

#include "base/mysql/private_server.hpp"

namespace bgerp::testing_support {

Config test_server_config() {
    Config config;
    config.database.data_dir = BGERP_TEST_DB_DIR;
    config.database.buffer_pool_mib = 256;
    config.database.connections_max = 1000; // several test programs at once
    return config;
}

void ensure_test_server() {
    static const bool started = [] {
        const mysql::PrivateServer server(test_server_config().database);
        return value_or_throw(server.start(Deadline::after(std::chrono::minutes(2)))).answering;
    }();
    static_cast<void>(started);
}

} // namespace bgerp::testing_support
