// Starts or stops the tests' shared database server: the set-up and clean-up fixtures of ctest.

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
            bgerp::testing_support::remove_test_server();
            return 0;
        }
    } catch (const std::exception& error) {
        std::cerr << error.what() << "\n";
        return 1;
    }
    std::cerr << "usage: test_server start|stop\n";
    return 2;
}
