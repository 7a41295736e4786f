#include "tenant_db/schedule/schedule_rows.hpp"

#include <array>
#include <ctime>

namespace bgerp::schedule {

namespace {

constexpr const char* columns =
    "SELECT id, name, cron, time_zone, kind, args, queue, priority, paused, missed, overlap,"
    " UNIX_TIMESTAMP(next_run_at), UNIX_TIMESTAMP(last_run_at), last_job_uuid, seed FROM ";

Schedule schedule_of(const mysql::Row& row) {
    Schedule schedule;
    schedule.id = row.u64(0);
    NewSchedule& what = schedule.what;
    what.name = row.text(1);
    what.cron = row.text(2);
    what.time_zone = row.text(3);
    what.kind = row.text(4);
    what.args = parse_json(row.text(5)).value_or(Json::object());
    what.queue = row.text(6);
    what.priority = row.i64(7);
    schedule.paused = row.i64(8) != 0;
    what.missed = value_or_throw(parse_missed(row.text(9)));
    what.overlap = value_or_throw(parse_overlap(row.text(10)));
    schedule.next_run_at = row.optional_i64(11);
    schedule.last_run_at = row.optional_i64(12);
    schedule.last_job_uuid = row.optional_text(13).value_or("");
    schedule.seed = static_cast<std::uint32_t>(row.u64(14));
    return schedule;
}

Json time_or_null(const std::optional<std::int64_t>& seconds) {
    if (!seconds) {
        return nullptr;
    }
    const auto time = static_cast<std::time_t>(*seconds);
    std::tm parts{};
    ::gmtime_r(&time, &parts);
    std::array<char, 32> text{};
    const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
    return std::string(text.data(), size);
}

} // namespace

std::vector<Schedule> select_schedules(
    mysql::Session& session,
    const queue::QueueSchema& schema,
    const std::string& condition,
    const mysql::Params& params
) {
    std::vector<Schedule> schedules;
    session.query(
        columns + schema("schedule") + " " + condition + " ORDER BY name LIMIT 1000",
        params,
        [&](const mysql::Row& row) { schedules.push_back(schedule_of(row)); }
    );
    return schedules;
}

std::int64_t database_now_s(mysql::Session& session) {
    const auto now = session.query_one("SELECT UNIX_TIMESTAMP()", {}, [](const mysql::Row& row) {
        return row.i64(0);
    });
    return now.value_or(0);
}

std::optional<std::int64_t> next_run(const CronSchedule& cron, std::int64_t now_s) {
    const auto next = cron.next_after(std::chrono::sys_seconds(std::chrono::seconds(now_s)));
    if (!next) {
        return std::nullopt;
    }
    return next->time_since_epoch().count();
}

queue::NewJob job_of(const Schedule& schedule, std::optional<std::int64_t> run) {
    queue::NewJob job;
    job.kind = schedule.what.kind;
    job.args = schedule.what.args;
    job.queue = schedule.what.queue;
    job.priority = schedule.what.priority;
    job.tags = {"schedule:" + schedule.what.name};
    if (run) {
        job.tags.push_back("run:" + time_or_null(run).get<std::string>());
    }
    return job;
}

Result<CronSchedule> cron_of(const Schedule& schedule) {
    return CronSchedule::parse(schedule.what.cron, schedule.what.time_zone, schedule.seed);
}

const char* missed_name(MissedPolicy policy) {
    switch (policy) {
    case MissedPolicy::skip:
        return "skip";
    case MissedPolicy::backfill:
        return "backfill";
    case MissedPolicy::once:
        break;
    }
    return "once";
}

const char* overlap_name(OverlapPolicy policy) {
    return policy == OverlapPolicy::allow ? "allow" : "skip";
}

Result<MissedPolicy> parse_missed(const std::string& name) {
    for (const auto policy : {MissedPolicy::once, MissedPolicy::skip, MissedPolicy::backfill}) {
        if (name == missed_name(policy)) {
            return policy;
        }
    }
    return fail(ErrorCode::invalid_argument, "missed is once, skip or backfill", "missed");
}

Result<OverlapPolicy> parse_overlap(const std::string& name) {
    for (const auto policy : {OverlapPolicy::skip, OverlapPolicy::allow}) {
        if (name == overlap_name(policy)) {
            return policy;
        }
    }
    return fail(ErrorCode::invalid_argument, "overlap is skip or allow", "overlap");
}

Json to_json(const Schedule& schedule) {
    const NewSchedule& what = schedule.what;
    return {
        {"name", what.name},
        {"cron", what.cron},
        {"time_zone", what.time_zone},
        {"kind", what.kind},
        {"args", what.args},
        {"queue", what.queue},
        {"priority", what.priority},
        {"paused", schedule.paused},
        {"missed", missed_name(what.missed)},
        {"overlap", overlap_name(what.overlap)},
        {"next_run_at", time_or_null(schedule.next_run_at)},
        {"last_run_at", time_or_null(schedule.last_run_at)},
        {"last_job", schedule.last_job_uuid.empty() ? Json() : Json(schedule.last_job_uuid)}};
}

} // namespace bgerp::schedule
