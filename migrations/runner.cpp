#include "migrations/runner.hpp"

#include "base/log.hpp"

#include <algorithm>

namespace bgerp::migrations {

namespace {

// Renewed while the runner lives; this long after its death the next one may go on.
constexpr std::chrono::seconds lease_duration{15};

// A change of a table waits for every open transaction on it and makes everybody else wait behind
// it: rather fail and be run again.
constexpr const char* metadata_lock_limit = "SET SESSION lock_wait_timeout = 30";

tl::unexpected<Error> taken() {
    return fail(ErrorCode::conflict, "another migration of this database is under way");
}

tl::unexpected<Error> lease_lost() {
    return fail(ErrorCode::lease_lost, "the migration took longer than its lease and stopped");
}

Result<void> guarded(const Migration& migration, const std::function<void()>& change) {
    try {
        change();
        return {};
    } catch (const mysql::DatabaseError& error) {
        log_error(
            "migration failed",
            {{"migration", migration.name}, {"error", error.error().detail}}
        );
        return fail(
            error.error().code,
            "migration " + migration.name + " failed: " + error.error().message,
            migration.name,
            error.error().detail
        );
    }
}

} // namespace

Runner::Runner(Target target, Print print)
    : target_(std::move(target))
    , print_(std::move(print)) {}

// The tables that running and recording need, before the first migration can make any.
void Runner::prepare(mysql::Connection& connection, Deadline deadline) const {
    connection.execute_text(metadata_lock_limit);
    Schema(connection)
        .create_table_if_missing(
            target_.tracking,
            "version VARCHAR(190) NOT NULL,\n"
            "applied_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),\n"
            "batch INT UNSIGNED NOT NULL,\n"
            "PRIMARY KEY (version)"
        );
    const auto core = target_.core.acquire(deadline);
    Schema core_schema(*core);
    if (!core_schema.has_table("lease")) {
        core_schema.create_table_if_missing("lease", core_db::lease_table_body());
    }
}

std::vector<Runner::Applied> Runner::applied(mysql::Connection& connection) const {
    std::vector<Applied> rows;
    if (!Schema(connection).has_table(target_.tracking)) {
        return rows;
    }
    connection.query(
        "SELECT version, DATE_FORMAT(applied_at, '%Y-%m-%dT%H:%i:%sZ'), batch FROM " +
            target_.tracking + " ORDER BY batch, applied_at, version",
        {},
        [&](const mysql::Row& row) {
            rows.push_back({row.text(0), row.text(1), row.i64(2)});
        }
    );
    return rows;
}

void Runner::record(mysql::Connection& connection, const std::string& name, std::int64_t batch)
    const {
    connection.execute(
        "INSERT INTO " + target_.tracking + " (version, batch) VALUES (?, ?)",
        {name, batch}
    );
}

Result<Runner::Turn> Runner::take_turn(mysql::Connection& connection, Deadline deadline) const {
    if (print_) {
        return nullptr;
    }
    prepare(connection, deadline);
    const std::string name = "migrate:" + target_.database_name;
    auto lease = core_db::LeaseKeeper::acquire(target_.core, name, lease_duration, deadline);
    if (!lease) {
        return taken();
    }
    return lease;
}

Result<std::vector<std::string>>
Runner::migrate(const std::vector<Migration>& migrations, Deadline deadline) const {
    const auto connection = target_.database.acquire(deadline);
    const auto lease = take_turn(*connection, deadline);
    if (!lease) {
        return tl::unexpected(lease.error());
    }
    const std::vector<Applied> before = applied(*connection);
    const std::int64_t batch = before.empty() ? 1 : before.back().batch + 1;
    std::vector<std::string> done;
    Schema schema(*connection, print_);
    for (const Migration& migration : migrations) {
        const bool there = std::any_of(before.begin(), before.end(), [&](const Applied& row) {
            return row.version == migration.name;
        });
        if (there) {
            continue;
        }
        if (*lease && (*lease)->lost()) {
            return lease_lost();
        }
        auto ran = guarded(migration, [&] {
            migration.up(schema);
            if (!print_) {
                record(*connection, migration.name, batch);
            }
        });
        if (!ran) {
            return tl::unexpected(std::move(ran.error()));
        }
        done.push_back(migration.name);
    }
    return done;
}

Result<std::vector<const Migration*>> Runner::chosen_for_rollback(
    const std::vector<Migration>& migrations,
    const std::vector<Applied>& applied,
    RollbackSteps steps
) const {
    std::vector<const Migration*> chosen;
    for (auto row = applied.rbegin(); row != applied.rend(); ++row) {
        const bool enough = steps ? static_cast<std::int64_t>(chosen.size()) >= *steps
                                  : row->batch != applied.back().batch;
        if (enough) {
            break;
        }
        const auto found =
            std::find_if(migrations.begin(), migrations.end(), [&](const Migration& migration) {
                return migration.name == row->version;
            });
        if (found == migrations.end() || !found->down) {
            return fail(
                ErrorCode::conflict,
                "migration " + row->version + " can't be rolled back",
                row->version
            );
        }
        chosen.push_back(&*found);
    }
    return chosen;
}

Result<std::vector<std::string>> Runner::roll_back(
    const std::vector<Migration>& migrations, RollbackSteps steps, Deadline deadline
) const {
    const auto connection = target_.database.acquire(deadline);
    const auto lease = take_turn(*connection, deadline);
    if (!lease) {
        return tl::unexpected(lease.error());
    }
    auto chosen = chosen_for_rollback(migrations, applied(*connection), steps);
    if (!chosen) {
        return tl::unexpected(std::move(chosen.error()));
    }
    std::vector<std::string> done;
    Schema schema(*connection, print_);
    for (const Migration* migration : *chosen) {
        if (*lease && (*lease)->lost()) {
            return lease_lost();
        }
        auto ran = guarded(*migration, [&] {
            migration->down(schema);
            if (!print_) {
                connection->execute(
                    "DELETE FROM " + target_.tracking + " WHERE version = ?",
                    {migration->name}
                );
            }
        });
        if (!ran) {
            return tl::unexpected(std::move(ran.error()));
        }
        done.push_back(migration->name);
    }
    return done;
}

std::vector<MigrationStatus>
Runner::status(const std::vector<Migration>& migrations, Deadline deadline) const {
    const auto connection = target_.database.acquire(deadline);
    std::vector<Applied> rows = applied(*connection);
    std::vector<MigrationStatus> all;
    for (const Migration& migration : migrations) {
        MigrationStatus entry{migration.name, migration.module, {}, {}};
        const auto found = std::find_if(rows.begin(), rows.end(), [&](const Applied& row) {
            return row.version == migration.name;
        });
        if (found != rows.end()) {
            entry.applied_at = found->applied_at;
            entry.batch = found->batch;
            rows.erase(found);
        }
        all.push_back(std::move(entry));
    }
    for (const Applied& row : rows) {
        all.push_back({row.version, "", row.applied_at, row.batch});
    }
    return all;
}

} // namespace bgerp::migrations
