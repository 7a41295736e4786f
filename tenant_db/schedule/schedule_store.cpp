#include "tenant_db/schedule/schedule_store.hpp"

#include "base/mysql/error.hpp"
#include "tenant_db/queue/enqueue.hpp"
#include "tenant_db/schedule/schedule_rows.hpp"

namespace bgerp::schedule {

namespace {

constexpr std::size_t name_max = 190;

tl::unexpected<Error> no_such(const std::string& name) {
    return fail(ErrorCode::not_found, "no schedule '" + name + "'");
}

// Schedules of one name and text in many databases get different times for their `H`, and the same
// ones when they are made again. FNV-1a.
std::uint32_t
seed_of(mysql::Session& session, const queue::QueueSchema& schema, const std::string& name) {
    const auto database = session.query_one("SELECT DATABASE()", {}, [](const mysql::Row& row) {
        return row.optional_text(0).value_or("");
    });
    std::uint32_t hash = 0x811C9DC5U;
    for (const char c : database.value_or("") + schema("/") + name) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x01000193U;
    }
    return hash;
}

// The job it will make is made and thrown away once, so that what can't be enqueued is refused now
// and not at three in the morning.
Result<CronSchedule> check(const NewSchedule& schedule, std::uint32_t seed) {
    if (schedule.name.empty() || schedule.name.size() > name_max) {
        return fail(
            ErrorCode::invalid_argument,
            "a schedule's name has 1 to 190 characters",
            "name"
        );
    }
    if (schedule.kind.empty()) {
        return fail(ErrorCode::invalid_argument, "a job kind is needed", "kind");
    }
    if (schedule.queue.empty() || schedule.queue.size() > 255) {
        return fail(ErrorCode::invalid_argument, "a queue's name has 1 to 255 characters", "queue");
    }
    if (schedule.priority < -32768 || schedule.priority > 32767) {
        return fail(ErrorCode::invalid_argument, "a priority is from -32768 to 32767", "priority");
    }
    return CronSchedule::parse(schedule.cron, schedule.time_zone, seed);
}

// UNIQUE KEY schedule_name.
constexpr const char* by_name = "WHERE name = ?";

// UNIQUE KEY schedule_name, one row, exclusive: a firing waits, then finds another next_run_at.
void lock_schedule(
    mysql::Session& session, const queue::QueueSchema& schema, const std::string& name
) {
    session.query(
        "SELECT id FROM " + schema("schedule") + " WHERE name = ? FOR UPDATE",
        {name},
        [](const mysql::Row&) {}
    );
}

NewSchedule changed(NewSchedule schedule, const ScheduleChange& change) {
    schedule.cron = change.cron.value_or(schedule.cron);
    schedule.time_zone = change.time_zone.value_or(schedule.time_zone);
    schedule.kind = change.kind.value_or(schedule.kind);
    schedule.args = change.args.value_or(schedule.args);
    schedule.queue = change.queue.value_or(schedule.queue);
    schedule.priority = change.priority.value_or(schedule.priority);
    schedule.missed = change.missed.value_or(schedule.missed);
    schedule.overlap = change.overlap.value_or(schedule.overlap);
    return schedule;
}

} // namespace

Result<Schedule> add_schedule(
    mysql::Transaction& transaction, const queue::QueueSchema& schema, const NewSchedule& schedule
) {
    const std::uint32_t seed = seed_of(transaction, schema, schedule.name);
    const auto cron = check(schedule, seed);
    if (!cron) {
        return tl::unexpected<Error>(cron.error());
    }
    const std::string args = to_text(schedule.args);
    try {
        transaction.execute(
            "INSERT INTO " + schema("schedule") +
                " (name, cron, time_zone, kind, args, queue, priority, missed, overlap,"
                " seed, next_run_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, FROM_UNIXTIME(?))",
            {schedule.name,
             schedule.cron,
             schedule.time_zone,
             schedule.kind,
             args,
             schedule.queue,
             schedule.priority,
             missed_name(schedule.missed),
             overlap_name(schedule.overlap),
             seed,
             next_run(*cron, database_now_s(transaction))}
        );
    } catch (const mysql::DatabaseError& error) {
        if (error.error_class() == mysql::ErrorClass::duplicate_key) {
            return fail(
                ErrorCode::conflict,
                "there is a schedule '" + schedule.name + "' already",
                "name"
            );
        }
        throw;
    }
    return find_schedule(transaction, schema, schedule.name);
}

std::vector<Schedule> list_schedules(mysql::Session& session, const queue::QueueSchema& schema) {
    return select_schedules(session, schema, "", {});
}

Result<Schedule>
find_schedule(mysql::Session& session, const queue::QueueSchema& schema, const std::string& name) {
    auto found = select_schedules(session, schema, by_name, {name});
    if (found.empty()) {
        return no_such(name);
    }
    return std::move(found.front());
}

Result<Schedule> set_paused(
    mysql::Transaction& transaction,
    const queue::QueueSchema& schema,
    const std::string& name,
    bool paused
) {
    auto found = find_schedule(transaction, schema, name);
    if (!found || found->paused == paused) {
        return found;
    }
    auto next = found->next_run_at;
    if (!paused) {
        const auto cron = cron_of(*found);
        if (!cron) {
            return tl::unexpected<Error>(cron.error());
        }
        next = next_run(*cron, database_now_s(transaction));
    }
    transaction.execute(
        "UPDATE " + schema("schedule") +
            " SET paused = ?, next_run_at = FROM_UNIXTIME(?) WHERE id = ?",
        {paused ? 1 : 0, next, found->id}
    );
    return find_schedule(transaction, schema, name);
}

Result<Schedule> edit_schedule(
    mysql::Transaction& transaction,
    const queue::QueueSchema& schema,
    const std::string& name,
    const ScheduleChange& change
) {
    lock_schedule(transaction, schema, name);
    auto found = find_schedule(transaction, schema, name);
    if (!found) {
        return found;
    }
    const NewSchedule after = changed(found->what, change);
    const auto cron = check(after, found->seed);
    if (!cron) {
        return tl::unexpected<Error>(cron.error());
    }
    const bool other_times = change.cron || change.time_zone;
    const auto next =
        other_times ? next_run(*cron, database_now_s(transaction)) : found->next_run_at;
    const std::string args = to_text(after.args);
    transaction.execute( // PRIMARY (id), locked before
        "UPDATE " + schema("schedule") +
            " SET cron = ?, time_zone = ?, kind = ?, args = ?, queue = ?, priority = ?, missed = ?,"
            " overlap = ?, next_run_at = FROM_UNIXTIME(?) WHERE id = ?",
        {after.cron,
         after.time_zone,
         after.kind,
         args,
         after.queue,
         after.priority,
         missed_name(after.missed),
         overlap_name(after.overlap),
         next,
         found->id}
    );
    return find_schedule(transaction, schema, name);
}

Result<void> remove_schedule(
    mysql::Session& session, const queue::QueueSchema& schema, const std::string& name
) {
    const auto removed =
        session.execute("DELETE FROM " + schema("schedule") + " WHERE name = ?", {name});
    if (removed == 0) {
        return no_such(name);
    }
    return {};
}

Result<std::string> run_now(
    mysql::Transaction& transaction, const queue::QueueSchema& schema, const std::string& name
) {
    const auto found = find_schedule(transaction, schema, name);
    if (!found) {
        return tl::unexpected<Error>(found.error());
    }
    auto uuid = queue::enqueue(transaction, schema, job_of(*found));
    if (!uuid) {
        return uuid;
    }
    transaction.execute(
        "UPDATE " + schema("schedule") + " SET last_run_at = NOW(), last_job_uuid = ? WHERE id = ?",
        {*uuid, found->id}
    );
    return uuid;
}

} // namespace bgerp::schedule
