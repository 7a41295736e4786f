#include "tenant_db/schedule/missed_runs.hpp"

#include "tenant_db/schedule/schedule_rows.hpp"

namespace bgerp::schedule {

namespace {

// Are there backfill_runs_max runs in [from, until]?
bool enough_between(const CronSchedule& cron, std::int64_t from, std::int64_t until) {
    std::int64_t after = from - 1;
    for (int count = 0; count < backfill_runs_max; ++count) {
        const auto run = next_run(cron, after);
        if (!run || *run > until) {
            return false;
        }
        after = *run;
    }
    return true;
}

// Of all runs from `due_at` to now the newest backfill_runs_max; the first of them. By halving the
// time to look back over: a schedule of every second that stood still for a year costs some
// thousand steps, not thirty million.
std::int64_t first_to_make_up(const CronSchedule& cron, std::int64_t due_at, std::int64_t now_s) {
    if (!enough_between(cron, due_at, now_s)) {
        return due_at;
    }
    std::int64_t enough_from = due_at;     // the last instant with enough runs after it is in
    std::int64_t too_few_from = now_s + 1; // [enough_from, too_few_from)
    while (too_few_from - enough_from > 1) {
        const std::int64_t middle = enough_from + (too_few_from - enough_from) / 2;
        (enough_between(cron, middle, now_s) ? enough_from : too_few_from) = middle;
    }
    return enough_from;
}

} // namespace

Turn turn_at(
    const CronSchedule& cron, MissedPolicy policy, std::int64_t due_at, std::int64_t now_s
) {
    if (now_s - due_at <= late_s_max) {
        return {due_at, true, false, next_run(cron, due_at)};
    }
    switch (policy) {
    case MissedPolicy::skip:
        return {due_at, false, true, next_run(cron, now_s - late_s_max)};
    case MissedPolicy::backfill: {
        const std::int64_t run = first_to_make_up(cron, due_at, now_s);
        return {run, true, true, next_run(cron, run)};
    }
    case MissedPolicy::once:
        break;
    }
    return {due_at, true, true, next_run(cron, now_s)};
}

} // namespace bgerp::schedule
