// Where a connection goes and as whom: a server, an account, a database and the limits of one
// session. A value type; the password must not reach a log.
#pragma once

#include "base/config.hpp"

#include <cstdint>
#include <string>

namespace bgerp::mysql {

class StatementHook;

struct Endpoint {
    std::string socket; // a path; when empty, host and port are used
    std::string host;
    std::int64_t port = 3306;
    std::string user;
    std::string password;
    std::string database; // may be empty
    std::string tls_ca_file;
    std::int64_t connect_timeout_s = 5;
    std::int64_t read_timeout_s = 60;
    std::int64_t lock_wait_timeout_s = 10;
    StatementHook* hook = nullptr; // of tests; outlives the connections
};

/// The configured server with its limits; account and database are left to fill in.
[[nodiscard]] Endpoint server_endpoint(const DatabaseConfig& config);

/// The socket of the private server that `bgerp db start` runs.
[[nodiscard]] std::string private_socket(const DatabaseConfig& config);

} // namespace bgerp::mysql
