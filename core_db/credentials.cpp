#include "core_db/credentials.hpp"

namespace bgerp::core_db {

Credentials::Credentials(DatabaseConfig config, MasterKey key)
    : config_(std::move(config))
    , key_(std::move(key)) {}

DatabaseAccount Credentials::platform(const std::string& purpose) const {
    const std::string user = config_.core_name + "_" + purpose;
    return {user, key_.derive(user + "|" + default_server + "|1")};
}

DatabaseAccount
Credentials::tenant(std::uint64_t org_id, const std::string& server, std::uint64_t epoch) const {
    const std::string user = config_.core_name + "_" + std::to_string(org_id);
    return {user, key_.derive(user + "|" + server + "|" + std::to_string(epoch))};
}

mysql::Endpoint
Credentials::endpoint(const DatabaseAccount& account, const std::string& database) const {
    mysql::Endpoint endpoint = mysql::server_endpoint(config_);
    endpoint.user = account.user;
    endpoint.password = account.password;
    endpoint.database = database;
    return endpoint;
}

} // namespace bgerp::core_db
