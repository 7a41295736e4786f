// Migrates the core database and tenants' databases under the migration account, and keeps the
// queue accounts' rights in step with the tables. Used by provisioning and the command line.
// Thread-safe: several tenants may be migrated at once. Blocking.
#pragma once

#include "base/mysql/pool.hpp"
#include "core_db/credentials.hpp"
#include "migrations/runner.hpp"
#include "tenant_db/tenant.hpp"

#include <functional>
#include <string>
#include <vector>

namespace bgerp {

using MigrationNames = std::vector<std::string>;

/// What became of one tenant in migrate_all.
struct TenantMigrated {
    std::string org_code;
    Result<MigrationNames> applied;
};

class Migrator {
public:
    explicit Migrator(const core_db::Credentials& credentials);

    /// Creates what is missing of the core database and the platform's accounts, then migrates.
    /// With `print` set nothing is changed and the core database must exist. Errors are the
    /// runner's; the database's own are thrown.
    [[nodiscard]] Result<MigrationNames>
    migrate_core(Deadline deadline, const migrations::Print& print = {});

    [[nodiscard]] Result<MigrationNames>
    migrate(const Tenant& tenant, Deadline deadline, const migrations::Print& print = {});

    /// Every tenant, `parallel` at a time; a tenant that fails doesn't stop the others. Calls
    /// `done` once a tenant, one call at a time, in the order they end.
    void migrate_all(
        const std::vector<Tenant>& tenants,
        std::size_t parallel,
        Deadline deadline,
        const std::function<void(const TenantMigrated&)>& done
    );

    [[nodiscard]] Result<MigrationNames> roll_back_core(
        migrations::RollbackSteps steps, Deadline deadline, const migrations::Print& print = {}
    );

    [[nodiscard]] Result<MigrationNames> roll_back(
        const Tenant& tenant,
        migrations::RollbackSteps steps,
        Deadline deadline,
        const migrations::Print& print = {}
    );

    /// Whether what happens to the tenant's jobs is written to job_event: makes or drops the
    /// triggers that do it. Harmless to repeat. unavailable when a transaction of somebody else's
    /// has a table for longer than two seconds: all others wait behind who waits for a table, so
    /// it is given up; what was done stays, another call does the rest. The database's other errors
    /// are thrown; one is that a server with a binary log lets only privileged accounts make
    /// triggers (log_bin_trust_function_creators).
    [[nodiscard]] Result<void> set_job_events(const Tenant& tenant, bool on);

    /// Drops every table of the tenant's database, with all data, migrates again and seeds.
    [[nodiscard]] Result<MigrationNames> start_afresh(const Tenant& tenant, Deadline deadline);

    [[nodiscard]] std::vector<migrations::MigrationStatus> core_status(Deadline deadline);
    [[nodiscard]] std::vector<migrations::MigrationStatus>
    status(const Tenant& tenant, Deadline deadline);

private:
    [[nodiscard]] mysql::Endpoint endpoint(const std::string& database) const;
    [[nodiscard]] Result<void> with_admin(const std::function<void(mysql::Connection&)>& work
    ) const;

    const core_db::Credentials& credentials_;
    mysql::Pool core_;
};

} // namespace bgerp
