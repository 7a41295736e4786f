#include "tenant_db/schedule/firing.hpp"

#include "base/log.hpp"
#include "base/mysql/error.hpp"
#include "tenant_db/queue/enqueue.hpp"
#include "tenant_db/schedule/missed_runs.hpp"
#include "tenant_db/schedule/schedule_rows.hpp"

#include <algorithm>

namespace bgerp::schedule {

namespace {

constexpr std::size_t databases_per_statement = 100;

// KEY schedule_due (paused, next_run_at): each part stops at the first row. No locks.
std::string part(std::size_t index, const std::string& database) {
    return "(SELECT " + std::to_string(index) + " FROM " +
           queue::QueueSchema::of(database)("schedule") +
           " WHERE paused = 0 AND next_run_at <= NOW() LIMIT 1)";
}

bool is_missing(const mysql::DatabaseError& error) {
    return error.error_class() == mysql::ErrorClass::missing_object ||
           error.error_class() == mysql::ErrorClass::access_denied;
}

// Asks [from, to) in one statement; when one of them spoils it, each half by itself.
void probe(
    mysql::Pool& pool,
    Deadline deadline,
    const std::vector<std::string>& databases,
    std::size_t from,
    std::size_t to,
    std::vector<std::string>& due
) {
    std::string sql;
    for (std::size_t i = from; i < to; ++i) {
        sql += (i == from ? "" : " UNION ALL ") + part(i, databases[i]);
    }
    try {
        pool.acquire(deadline)->query(sql, {}, [&](const mysql::Row& row) {
            due.push_back(databases[static_cast<std::size_t>(row.u64(0))]);
        });
    } catch (const mysql::DatabaseError& error) {
        if (!is_missing(error)) {
            throw;
        }
        if (to - from > 1) {
            const std::size_t middle = from + (to - from) / 2;
            probe(pool, deadline, databases, from, middle, due);
            probe(pool, deadline, databases, middle, to, due);
        }
    }
}

// By primary key of job_run, or not there: then it ended and was pruned.
bool last_job_runs(
    mysql::Session& session, const queue::QueueSchema& schema, const Schedule& schedule
) {
    if (schedule.last_job_uuid.empty()) {
        return false;
    }
    const auto state = session.query_one(
        "SELECT state IN ('scheduled', 'available', 'running', 'retryable') FROM " +
            schema("job_run") + " WHERE uuid = ?",
        {schedule.last_job_uuid},
        [](const mysql::Row& row) { return row.i64(0) != 0; }
    );
    return state.value_or(false);
}

// By primary key; matches for one scheduler alone, which holds the row's lock until its commit.
bool take_turn(
    mysql::Session& session,
    const queue::QueueSchema& schema,
    const Schedule& schedule,
    std::optional<std::int64_t> next
) {
    return session.execute(
               "UPDATE " + schema("schedule") +
                   " SET next_run_at = FROM_UNIXTIME(?)"
                   " WHERE id = ? AND paused = 0 AND next_run_at = FROM_UNIXTIME(?)",
               {next, schedule.id, schedule.next_run_at}
           ) == 1;
}

// The error is enqueue's: what this schedule makes is no job.
Result<Fired> fire_once(
    mysql::Transaction& transaction,
    const queue::QueueSchema& schema,
    const Schedule& schedule,
    const CronSchedule& cron
) {
    const std::int64_t now_s = database_now_s(transaction);
    const Turn turn =
        turn_at(cron, schedule.what.missed, schedule.next_run_at.value_or(now_s), now_s);
    const bool held_back = schedule.what.overlap == OverlapPolicy::skip &&
                           last_job_runs(transaction, schema, schedule);
    if (held_back && schedule.what.missed == MissedPolicy::backfill) {
        return Fired::waits;
    }
    if (!take_turn(transaction, schema, schedule, turn.next)) {
        return Fired::elsewhere;
    }
    if (!turn.fires) {
        return Fired::skipped_missed;
    }
    if (held_back) {
        return Fired::skipped_overlap;
    }
    const auto uuid = queue::enqueue(transaction, schema, job_of(schedule, turn.run));
    if (!uuid) {
        return tl::unexpected<Error>(uuid.error());
    }
    transaction.execute(
        "UPDATE " + schema("schedule") + " SET last_run_at = NOW(), last_job_uuid = ? WHERE id = ?",
        {*uuid, schedule.id}
    );
    return turn.missed ? Fired::made_up : Fired::enqueued;
}

// It would fail at every tick from now on; a person has to look.
Fired pause_broken(
    mysql::Pool& pool,
    Deadline deadline,
    const queue::QueueSchema& schema,
    const Schedule& schedule,
    const Error& why
) {
    log_error(
        "a schedule can't be fired any more and was paused",
        {{"schedule", schedule.what.name}, {"error", why.message}}
    );
    pool.acquire(deadline)->execute(
        "UPDATE " + schema("schedule") + " SET paused = 1 WHERE id = ?",
        {schedule.id}
    );
    return Fired::paused;
}

} // namespace

std::vector<std::string>
databases_due(mysql::Pool& pool, Deadline deadline, const std::vector<std::string>& databases) {
    std::vector<std::string> due;
    for (std::size_t from = 0; from < databases.size(); from += databases_per_statement) {
        const std::size_t to = std::min(databases.size(), from + databases_per_statement);
        probe(pool, deadline, databases, from, to, due);
    }
    return due;
}

std::vector<Schedule> due_schedules(mysql::Session& session, const queue::QueueSchema& schema) {
    return select_schedules(session, schema, "WHERE paused = 0 AND next_run_at <= NOW()", {});
}

Fired fire(
    mysql::Pool& pool, Deadline deadline, const queue::QueueSchema& schema, const Schedule& schedule
) {
    const auto cron = cron_of(schedule);
    if (!cron) {
        return pause_broken(pool, deadline, schema, schedule, cron.error());
    }
    const auto fired =
        mysql::with_transaction(pool, deadline, [&](mysql::Transaction& transaction) {
            return fire_once(transaction, schema, schedule, *cron);
        });
    return fired ? *fired : pause_broken(pool, deadline, schema, schedule, fired.error());
}

} // namespace bgerp::schedule
