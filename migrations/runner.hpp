// Runs migrations on one database and records them there (version, applied_at, batch). One runner
// per database at a time, over all machines: a lease in the core database says who. A runner that
// died leaves a database that the next one completes, because migrations only do what is missing.
// Not thread-safe; several runners on several databases may work at once. Blocking.
#pragma once

#include "base/mysql/pool.hpp"
#include "core_db/lease_keeper.hpp"
#include "migrations/migration.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace bgerp::migrations {

/// Where a runner works.
struct Target {
    mysql::Pool& database;     // of an account with DDL, in the database to migrate
    mysql::Pool& core;         // of an account that may write the core database's `lease`
    std::string database_name; // names the lease
    std::string tracking;      // schema_migrations or tenant_schema_migrations
};

struct MigrationStatus {
    std::string name;
    std::string module; // empty when this program doesn't know the migration
    std::optional<std::string> applied_at;
    std::optional<std::int64_t> batch;
};

/// How far a rollback goes: so many steps, or without a number the whole last batch.
using RollbackSteps = std::optional<std::int64_t>;

class Runner {
public:
    /// With `print` set nothing is changed or locked and the SQL is printed instead.
    explicit Runner(Target target, Print print = {});

    /// Applies what isn't applied yet, in order, as one batch, and returns the names. conflict when
    /// another runner works on the database until the deadline; otherwise the first migration that
    /// failed (`field` is its name), with what was applied before it left applied.
    [[nodiscard]] Result<std::vector<std::string>>
    migrate(const std::vector<Migration>& migrations, Deadline deadline) const;

    /// Takes back applied migrations, last first, and returns the names. conflict as above or when
    /// one of them can't be rolled back.
    [[nodiscard]] Result<std::vector<std::string>> roll_back(
        const std::vector<Migration>& migrations, RollbackSteps steps, Deadline deadline
    ) const;

    /// Known migrations in order, then applied ones that this program doesn't know.
    [[nodiscard]] std::vector<MigrationStatus>
    status(const std::vector<Migration>& migrations, Deadline deadline) const;

private:
    struct Applied {
        std::string version;
        std::string applied_at;
        std::int64_t batch = 0;
    };

    using Turn = std::unique_ptr<core_db::LeaseKeeper>;

    /// The right to change this database, with the tracking table in place; empty when only
    /// printing. conflict when another runner has it until the deadline.
    [[nodiscard]] Result<Turn> take_turn(mysql::Connection& connection, Deadline deadline) const;

    [[nodiscard]] std::vector<Applied> applied(mysql::Connection& connection) const;
    [[nodiscard]] Result<std::vector<const Migration*>> chosen_for_rollback(
        const std::vector<Migration>& migrations,
        const std::vector<Applied>& applied,
        RollbackSteps steps
    ) const;
    void prepare(mysql::Connection& connection, Deadline deadline) const;
    void record(mysql::Connection& connection, const std::string& name, std::int64_t batch) const;

    const Target target_;
    const Print print_;
};

} // namespace bgerp::migrations
