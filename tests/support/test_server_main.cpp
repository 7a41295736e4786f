// Starts or stops the tests' shared database server: the set-up and clean-up fixtures of ctest.

#include "base/mysql/private_server.hpp"
#include "tests/support/test_server.hpp"

#include <iostream>
#include <string>

int main(int argc, char** argv) {
    const std::string verb = argc == 2 ? argv[1] : "";
    try {
        if (verb == "start") {
            bgerp::testing_support::ensure_test_server();
            return 0;
        }
        if (verb == "stop") {
            const bgerp::mysql::PrivateServer server(
                bgerp::testing_support::test_server_config().database
            );
            bgerp::value_or_throw(server.stop(bgerp::Deadline::after(std::chrono::minutes(2))));
            return 0;
        }
    } catch (const std::exception& error) {
        std::cerr << error.what() << "\n";
        return 1;
    }
    std::cerr << "usage: test_server start|stop\n";
    return 2;
}
