#include "tenant_db/migrator.hpp"

#include "base/mysql/error.hpp"
#include "migrations/catalog.hpp"
#include "migrations/core/core_migrations.hpp"
#include "migrations/tenant/queue/job_event.hpp"
#include "tenant_db/database_accounts.hpp"
#include "tenant_db/seed.hpp"

#include <atomic>
#include <mutex>
#include <thread>

namespace bgerp {

namespace {

// Changing a large table may take hours, and the client must not give up on it.
constexpr std::int64_t statement_limit_s = 24L * 3600;

// A lease's thread and its runner, for as many tenants at once as anyone asks for.
constexpr std::size_t core_connections_max = 64;
constexpr std::size_t database_connections = 2;

} // namespace

Migrator::Migrator(const core_db::Credentials& credentials)
    : credentials_(credentials)
    , core_(endpoint(credentials.config().core_name), core_connections_max) {}

mysql::Endpoint Migrator::endpoint(const std::string& database) const {
    mysql::Endpoint endpoint = credentials_.endpoint(credentials_.migrate(), database);
    endpoint.read_timeout_s = statement_limit_s;
    return endpoint;
}

Result<void> Migrator::with_admin(const std::function<void(mysql::Connection&)>& work) const {
    auto endpoint = admin_endpoint(credentials_.config());
    if (!endpoint) {
        return tl::unexpected(std::move(endpoint.error()));
    }
    mysql::Connection connection(*endpoint);
    work(connection);
    return {};
}

Result<MigrationNames> Migrator::migrate_core(Deadline deadline, const migrations::Print& print) {
    if (!print) {
        auto prepared = with_admin([&](mysql::Connection& admin) {
            DatabaseAccounts(admin, credentials_).ensure_platform();
        });
        if (!prepared) {
            return tl::unexpected(std::move(prepared.error()));
        }
    }
    const migrations::Runner runner(
        {core_, core_, credentials_.config().core_name, migrations::core_tracking_table},
        print
    );
    return runner.migrate(migrations::core_migrations(), deadline);
}

Result<MigrationNames>
Migrator::migrate(const Tenant& tenant, Deadline deadline, const migrations::Print& print) {
    mysql::Pool database(endpoint(tenant.database), database_connections);
    const migrations::Runner runner(
        {database, core_, tenant.database, migrations::tenant_tracking_table},
        print
    );
    auto applied = runner.migrate(migrations::tenant_migrations(tenant.modules), deadline);
    if (applied && !applied->empty() && !print) {
        auto granted = with_admin([&](mysql::Connection& admin) {
            DatabaseAccounts(admin, credentials_).ensure_queue_grants(tenant);
        });
        if (!granted) {
            return tl::unexpected(std::move(granted.error()));
        }
    }
    return applied;
}

void Migrator::migrate_all(
    const std::vector<Tenant>& tenants,
    std::size_t parallel,
    Deadline deadline,
    const std::function<void(const TenantMigrated&)>& done
) {
    std::atomic<std::size_t> next = 0;
    std::mutex reporting;
    const auto work = [&] {
        for (std::size_t i = next++; i < tenants.size(); i = next++) {
            TenantMigrated result{tenants[i].code.str(), {}};
            try {
                result.applied = migrate(tenants[i], deadline);
            } catch (const Failure& failure) { // this tenant's, not the others'
                result.applied = tl::unexpected(failure.error());
            }
            const std::lock_guard lock(reporting);
            done(result);
        }
    };
    std::vector<std::thread> threads;
    threads.reserve(parallel);
    for (std::size_t i = 0; i < std::min(parallel, tenants.size()); ++i) {
        threads.emplace_back(work);
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
}

Result<MigrationNames> Migrator::roll_back_core(
    migrations::RollbackSteps steps, Deadline deadline, const migrations::Print& print
) {
    const migrations::Runner runner(
        {core_, core_, credentials_.config().core_name, migrations::core_tracking_table},
        print
    );
    return runner.roll_back(migrations::core_migrations(), steps, deadline);
}

Result<MigrationNames> Migrator::roll_back(
    const Tenant& tenant,
    migrations::RollbackSteps steps,
    Deadline deadline,
    const migrations::Print& print
) {
    mysql::Pool database(endpoint(tenant.database), database_connections);
    const migrations::Runner runner(
        {database, core_, tenant.database, migrations::tenant_tracking_table},
        print
    );
    return runner.roll_back(migrations::tenant_migrations(tenant.modules), steps, deadline);
}

Result<void> Migrator::set_job_events(const Tenant& tenant, bool on) {
    mysql::Connection connection(endpoint(tenant.database));
    connection.execute_text("SET SESSION lock_wait_timeout = 2");
    migrations::Schema schema(connection);
    try {
        if (on) {
            queue::start_job_events(schema);
        } else {
            queue::stop_job_events(schema);
        }
    } catch (const mysql::DatabaseError& error) {
        if (error.error_class() != mysql::ErrorClass::transaction_conflict) {
            throw;
        }
        return fail(ErrorCode::unavailable, "another transaction holds the table; try again");
    }
    return {};
}

Result<MigrationNames> Migrator::start_afresh(const Tenant& tenant, Deadline deadline) {
    mysql::Connection connection(endpoint(tenant.database));
    std::vector<std::string> tables;
    connection.query(
        "SELECT TABLE_NAME FROM information_schema.TABLES "
        "WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE = 'BASE TABLE'",
        {},
        [&](const mysql::Row& row) { tables.push_back(row.text(0)); }
    );
    connection.execute_text("SET SESSION foreign_key_checks = 0, lock_wait_timeout = 30");
    for (const std::string& table : tables) {
        connection.execute_text("DROP TABLE IF EXISTS `" + table + "`");
    }
    auto applied = migrate(tenant, deadline);
    if (applied) {
        seed_tenant(credentials_, tenant, deadline);
    }
    return applied;
}

std::vector<migrations::MigrationStatus> Migrator::core_status(Deadline deadline) {
    const migrations::Runner runner(
        {core_, core_, credentials_.config().core_name, migrations::core_tracking_table}
    );
    return runner.status(migrations::core_migrations(), deadline);
}

std::vector<migrations::MigrationStatus> Migrator::status(const Tenant& tenant, Deadline deadline) {
    mysql::Pool database(endpoint(tenant.database), database_connections);
    const migrations::Runner runner(
        {database, core_, tenant.database, migrations::tenant_tracking_table}
    );
    return runner.status(migrations::tenant_migrations(tenant.modules), deadline);
}

} // namespace bgerp
