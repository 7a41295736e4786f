// Databases, accounts and grants: everything that needs the administrator's endpoint, and the only
// place that uses it. All of it can be repeated: what is there already is brought into the wanted
// shape. Used by the platform's set-up and by provisioning. Not thread-safe. Blocking; everything
// throws mysql::DatabaseError.
#pragma once

#include "base/config.hpp"
#include "base/mysql/connection.hpp"
#include "core_db/credentials.hpp"
#include "tenant_db/tenant.hpp"

namespace bgerp {

/// How the administrator connects: as configured, or as the caller over the socket. Fails when the
/// password file can't be read.
[[nodiscard]] Result<mysql::Endpoint> admin_endpoint(const DatabaseConfig& config);

class DatabaseAccounts {
public:
    DatabaseAccounts(mysql::Connection& admin, const core_db::Credentials& credentials);

    /// The core database and the platform's four accounts.
    void ensure_platform();

    /// A tenant's empty database, in utf8mb4_unicode_ci.
    void ensure_tenant_database(const Tenant& tenant);

    /// A tenant's account with rights on its own database alone.
    void ensure_tenant_account(const Tenant& tenant);

    /// The rights of the queue's and the sweep's account on a tenant's queue tables, as far as
    /// those are there.
    void ensure_queue_grants(const Tenant& tenant);

    /// Drops a tenant's database, its account and all rights on it.
    void drop_tenant(const Tenant& tenant);

private:
    [[nodiscard]] std::vector<std::string> hosts() const;
    [[nodiscard]] bool has_table(const std::string& database, const std::string& table);
    void ensure_account(const core_db::DatabaseAccount& account);
    void grant(const std::string& what, const std::string& on, const std::string& user);
    void
    revoke_table(const std::string& database, const std::string& table, const std::string& user);

    mysql::Connection& admin_;
    const core_db::Credentials& credentials_;
};

} // namespace bgerp
