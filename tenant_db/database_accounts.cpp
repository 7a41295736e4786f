#include "tenant_db/database_accounts.hpp"

#include "base/mysql/private_server.hpp"
#include "migrations/tenant/queue/queue_tables.hpp"

#include <array>
#include <fstream>

namespace bgerp {

namespace {

constexpr const char* charset = " CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci";
constexpr const char* dml = "SELECT, INSERT, UPDATE, DELETE";
constexpr const char* ddl = "SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, DROP, INDEX, "
                            "REFERENCES, CREATE TEMPORARY TABLES, TRIGGER, LOCK TABLES";

// What the sweep reads to learn whether a tenant has work: never what the work is about.
struct SweptTable {
    std::string_view table;
    std::string_view columns;
};

constexpr std::array swept_tables{
    SweptTable{"jobs", "queue, priority, reserved_at, available_at"},
    SweptTable{"job_delayed", "queue, priority, available_at"},
};

std::string quoted(const std::string& name) {
    return "`" + name + "`";
}

/// As a grant on a whole database reads it, where `_` stands for any character.
std::string escaped(const std::string& name) {
    std::string text;
    for (const char c : name) {
        text += c == '_' ? "\\_" : std::string(1, c);
    }
    return text;
}

} // namespace

Result<mysql::Endpoint> admin_endpoint(const DatabaseConfig& config) {
    mysql::Endpoint endpoint = mysql::server_endpoint(config);
    endpoint.user = config.admin_user.empty() ? mysql::caller_name() : config.admin_user;
    if (!config.admin_password_file.empty()) {
        std::ifstream file(config.admin_password_file);
        if (!std::getline(file, endpoint.password)) {
            return fail(
                ErrorCode::invalid_argument,
                "the administrator's password file can't be read",
                "database.admin_password_file"
            );
        }
    }
    return endpoint;
}

DatabaseAccounts::DatabaseAccounts(
    mysql::Connection& admin, const core_db::Credentials& credentials
)
    : admin_(admin)
    , credentials_(credentials) {}

// Over the socket, and from anywhere when the server is another machine.
std::vector<std::string> DatabaseAccounts::hosts() const {
    if (credentials_.config().host.empty()) {
        return {"localhost"};
    }
    return {"localhost", "%"};
}

void DatabaseAccounts::ensure_account(const core_db::DatabaseAccount& account) {
    for (const std::string& host : hosts()) {
        const std::string who = "'" + account.user + "'@'" + host + "'";
        const std::string by = who + " IDENTIFIED BY '" + account.password + "'";
        admin_.execute_text("CREATE USER IF NOT EXISTS " + by);
        admin_.execute_text("ALTER USER " + by);
    }
}

void DatabaseAccounts::grant(
    const std::string& what, const std::string& on, const std::string& user
) {
    for (const std::string& host : hosts()) {
        admin_.execute_text("GRANT " + what + " ON " + on + " TO '" + user + "'@'" + host + "'");
    }
}

void DatabaseAccounts::ensure_platform() {
    const std::string& core = credentials_.config().core_name;
    admin_.execute_text("CREATE DATABASE IF NOT EXISTS " + quoted(core) + charset);
    for (const auto& account :
         {credentials_.core(),
          credentials_.migrate(),
          credentials_.queue(),
          credentials_.sweep()}) {
        ensure_account(account);
    }
    const std::string own = quoted(escaped(core)) + ".*";
    const std::string tenants = quoted(escaped(core + "_t_") + "%") + ".*";
    grant(dml, own, credentials_.core().user);
    grant(ddl, own, credentials_.migrate().user);
    grant(ddl, tenants, credentials_.migrate().user);
}

void DatabaseAccounts::ensure_tenant_database(const Tenant& tenant) {
    admin_.execute_text("CREATE DATABASE IF NOT EXISTS " + quoted(tenant.database) + charset);
}

void DatabaseAccounts::ensure_tenant_account(const Tenant& tenant) {
    const auto account = credentials_.tenant(tenant.org_id, tenant.server, tenant.epoch);
    ensure_account(account);
    grant(dml, quoted(escaped(tenant.database)) + ".*", account.user);
}

bool DatabaseAccounts::has_table(const std::string& database, const std::string& table) {
    return admin_
        .query_one(
            "SELECT 1 FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ?",
            {database, table},
            [](const mysql::Row&) { return true; }
        )
        .has_value();
}

// On tables by name, where a name is taken as it is and needs no escape.
void DatabaseAccounts::ensure_queue_grants(const Tenant& tenant) {
    const std::string prefix = quoted(tenant.database) + ".";
    for (const std::string_view name : queue::queue_tables()) {
        const std::string table(name);
        if (has_table(tenant.database, table)) {
            grant(dml, prefix + quoted(table), credentials_.queue().user);
        }
    }
    for (const SweptTable& swept : swept_tables) {
        const std::string table(swept.table);
        if (has_table(tenant.database, table)) {
            grant(
                "SELECT (" + std::string(swept.columns) + ")",
                prefix + quoted(table),
                credentials_.sweep().user
            );
        }
    }
}

void DatabaseAccounts::revoke_table(
    const std::string& database, const std::string& table, const std::string& user
) {
    for (const std::string& host : hosts()) {
        const bool granted = admin_
                                 .query_one(
                                     "SELECT 1 FROM mysql.tables_priv "
                                     "WHERE Db = ? AND Table_name = ? AND User = ? AND Host = ?",
                                     {database, table, user, host},
                                     [](const mysql::Row&) { return true; }
                                 )
                                 .has_value();
        if (granted) {
            admin_.execute_text(
                "REVOKE ALL PRIVILEGES ON " + quoted(database) + "." + quoted(table) + " FROM '" +
                user + "'@'" + host + "'"
            );
        }
    }
}

// Rights on tables outlive a database that is dropped, so they go first.
void DatabaseAccounts::drop_tenant(const Tenant& tenant) {
    for (const std::string_view name : queue::queue_tables()) {
        revoke_table(tenant.database, std::string(name), credentials_.queue().user);
    }
    for (const SweptTable& swept : swept_tables) {
        revoke_table(tenant.database, std::string(swept.table), credentials_.sweep().user);
    }
    const auto account = credentials_.tenant(tenant.org_id, tenant.server, tenant.epoch);
    for (const std::string& host : hosts()) {
        admin_.execute_text("DROP USER IF EXISTS '" + account.user + "'@'" + host + "'");
    }
    admin_.execute_text("DROP DATABASE IF EXISTS " + quoted(tenant.database));
}

} // namespace bgerp
