#include "base/mysql/session_setup.hpp"

namespace bgerp::mysql {

namespace {

// A comment to every other server.
std::string in_mariadb_alone(const std::string& sql) {
    return " /*M! " + sql + " */";
}

} // namespace

sql::ConnectOptionsMap connect_options(const Endpoint& endpoint) {
    sql::ConnectOptionsMap options;
    options["hostName"] = sql::SQLString(
        endpoint.socket.empty() ? "tcp://" + endpoint.host + ":" + std::to_string(endpoint.port)
                                : "unix://" + endpoint.socket
    );
    options["userName"] = sql::SQLString(endpoint.user);
    options["password"] = sql::SQLString(endpoint.password);
    if (!endpoint.database.empty()) {
        options["schema"] = sql::SQLString(endpoint.database);
    }
    options["OPT_CHARSET_NAME"] = sql::SQLString("utf8mb4");
    options["OPT_CONNECT_TIMEOUT"] = static_cast<int>(endpoint.connect_timeout_s);
    options["OPT_READ_TIMEOUT"] = static_cast<int>(endpoint.read_timeout_s);
    options["OPT_WRITE_TIMEOUT"] = static_cast<int>(endpoint.read_timeout_s);
    options["CLIENT_FOUND_ROWS"] = true; // fences count rows matched, not rows changed
    options["CLIENT_MULTI_STATEMENTS"] = false;
    if (!endpoint.tls_ca_file.empty()) {
        options["sslCA"] = sql::SQLString(endpoint.tls_ca_file);
        options["sslEnforce"] = true;
    }
    return options;
}

// A program that froze, or a machine that vanished, inside a transaction must not keep its rows
// locked until somebody looks: after the read time-out MariaDB ends what nobody works in.
std::string session_settings(const Endpoint& endpoint) {
    return "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,"
           "ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,ONLY_FULL_GROUP_BY', "
           "time_zone = '+00:00', innodb_lock_wait_timeout = " +
           std::to_string(endpoint.lock_wait_timeout_s) +
           in_mariadb_alone(
               ", idle_transaction_timeout = " + std::to_string(endpoint.read_timeout_s)
           );
}

} // namespace bgerp::mysql
