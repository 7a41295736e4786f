// The private database server that all tests of a build share: started by the first that needs it,
// stopped by ctest's clean-up fixture (or `test_server stop`), kept between runs by hand. Its
// folder lies in memory where there is room, because tests create thousands of tables and their
// durability is not what is tested; otherwise in the build folder. The environment may name another
// server that runs already, of any make: BGERP_TEST_DATABASE is a configuration file, of which the
// section `database` counts. That one is neither started nor stopped.
#pragma once

#include "base/config.hpp"

namespace bgerp::testing_support {

/// True when BGERP_TEST_DATABASE names a server.
[[nodiscard]] bool test_server_is_given();

/// The configuration of the shared server, with everything else at its default.
[[nodiscard]] Config test_server_config();

/// Starts the server if it doesn't run, once a process. Throws Failure if it can't be started.
void ensure_test_server();

/// Stops the server and deletes its folder. Throws Failure if it doesn't end.
void remove_test_server();

} // namespace bgerp::testing_support
