// The platform's database accounts and where they connect. There is one account for the core
// database, one that changes tables, one for the queue's tables of all tenants, one that may only
// see whether there is work, and one per tenant. Passwords are derived from the master key, the
// account, the server and an epoch; raising the epoch changes the password. Immutable, thread-safe.
#pragma once

#include "base/mysql/endpoint.hpp"
#include "core_db/master_key.hpp"

#include <cstdint>
#include <string>

namespace bgerp::core_db {

/// The one database server that is configured; placement rows name it.
inline constexpr const char* default_server = "main";

struct DatabaseAccount {
    std::string user;
    std::string password;
};

class Credentials {
public:
    Credentials(DatabaseConfig config, MasterKey key);

    /// DML on the core database.
    [[nodiscard]] DatabaseAccount core() const { return platform("core"); }

    /// DDL and DML on the core database and on all tenants'.
    [[nodiscard]] DatabaseAccount migrate() const { return platform("migrate"); }

    /// DML on the queue's tables of all tenants.
    [[nodiscard]] DatabaseAccount queue() const { return platform("queue"); }

    /// SELECT on the few columns that say whether a tenant has work.
    [[nodiscard]] DatabaseAccount sweep() const { return platform("sweep"); }

    /// DML on the tenant's own database.
    [[nodiscard]] DatabaseAccount
    tenant(std::uint64_t org_id, const std::string& server, std::uint64_t epoch) const;

    /// How `account` connects to `database` (may be empty).
    [[nodiscard]] mysql::Endpoint
    endpoint(const DatabaseAccount& account, const std::string& database) const;

    [[nodiscard]] const DatabaseConfig& config() const { return config_; }

private:
    [[nodiscard]] DatabaseAccount platform(const std::string& purpose) const;

    const DatabaseConfig config_;
    const MasterKey key_;
};

} // namespace bgerp::core_db
