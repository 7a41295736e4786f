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

// The job it will make is made and thrown away once, so that what can't be enqueued is refused now
// and not at three in the morning.
Result<CronSchedule> check(const NewSchedule& schedule) {
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
    return CronSchedule::parse(schedule.cron, schedule.time_zone);
}

// UNIQUE KEY schedule_name; locks the row.
constexpr const char* by_name = "WHERE name = ?";

} // namespace

Result<Schedule> add_schedule(
    mysql::Transaction& transaction, const queue::QueueSchema& schema, const NewSchedule& schedule
) {
    const auto cron = check(schedule);
    if (!cron) {
        return tl::unexpected<Error>(cron.error());
    }
    const std::string args = to_text(schedule.args);
    try {
        transaction.execute(
            "INSERT INTO " + schema("schedule") +
                " (name, cron, time_zone, kind, args, queue, priority, missed, overlap,"
                " next_run_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, FROM_UNIXTIME(?))",
            {schedule.name,
             schedule.cron,
             schedule.time_zone,
             schedule.kind,
             args,
             schedule.queue,
             schedule.priority,
             missed_name(schedule.missed),
             overlap_name(schedule.overlap),
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
    const auto found = find_schedule(transaction, schema, name);
    if (!found || found->paused == paused) {
        return found;
    }
    auto next = found->next_run_at;
    if (!paused) {
        const auto cron = CronSchedule::parse(found->what.cron, found->what.time_zone);
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
