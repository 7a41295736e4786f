#include "base/mysql/endpoint.hpp"

namespace bgerp::mysql {

std::string private_socket(const DatabaseConfig& config) {
    return config.data_dir + "/mysql.sock";
}

Endpoint server_endpoint(const DatabaseConfig& config) {
    Endpoint endpoint;
    if (!config.socket.empty()) {
        endpoint.socket = config.socket;
    } else if (config.host.empty()) {
        endpoint.socket = private_socket(config);
    }
    endpoint.host = config.host;
    endpoint.port = config.port;
    endpoint.tls_ca_file = config.tls_ca_file;
    endpoint.connect_timeout_s = config.connect_timeout_s;
    endpoint.read_timeout_s = config.read_timeout_s;
    endpoint.lock_wait_timeout_s = config.lock_wait_timeout_s;
    return endpoint;
}

} // namespace bgerp::mysql
