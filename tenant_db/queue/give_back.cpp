#include "base/ids.hpp"
#include "tenant_db/queue/fence_groups.hpp"
#include "tenant_db/queue/in_list.hpp"
#include "tenant_db/queue/job_rows.hpp"
#include "tenant_db/queue/lifecycle.hpp"
#include "tenant_db/queue/payload.hpp"
#include "tenant_db/queue/run_record.hpp"
#include "tenant_db/queue/unique_keys.hpp"

#include <algorithm>

namespace bgerp::queue {

namespace {

bool is_tracked(const ReservedJob& job) {
    return (job.flags & flag_tracked) != 0;
}

// The row as it goes on: its handler ran to an end of its own, so no worker died of it.
JobRow row_of(const ReservedJob& job, std::int64_t attempts, std::int64_t delay_s) {
    JobRow row;
    row.queue = job.key.queue;
    row.priority = job.key.priority;
    row.payload = job.payload;
    row.attempts = attempts;
    row.delay_s = std::min(delay_s, delay_s_max);
    row.created_at = job.created_at;
    row.flags = job.flags;
    row.interruptions = job.interruptions;
    return row;
}

// PRIMARY, one row, exclusive; READ COMMITTED.
bool make_available(mysql::Session& session, const QueueSchema& schema, const Retry& retry) {
    mysql::Params params{retry.payload};
    bind_fence(params, *retry.job);
    const std::uint64_t matched = session.execute(
        "UPDATE " + schema("jobs") +
            " FORCE INDEX (PRIMARY) SET payload = ?, reserved_at = NULL, reserved_by = 0,"
            " claim_room = DEFAULT,"
            " rescues = 0, available_at = UNIX_TIMESTAMP()"
            " WHERE " +
            fence_condition,
        params
    );
    return matched == 1;
}

// A job that gives back its attempt has not started: it holds its key again, if nobody else does.
void claim_again(
    mysql::Session& session,
    const QueueSchema& schema,
    const std::vector<std::size_t>& mine,
    const std::vector<const ReservedJob*>& jobs
) {
    std::vector<KeyClaim> holds;
    for (const std::size_t index : mine) {
        if (const auto hold = key_until_start(*jobs[index])) {
            holds.push_back(*hold);
        }
    }
    std::sort(holds.begin(), holds.end(), [](const KeyClaim& a, const KeyClaim& b) {
        return a.key < b.key;
    });
    claim_free_keys(session, schema, holds);
}

// Gives the group's rows back where they stand, the attempt taken off again.
std::size_t release_group(
    mysql::Session& session,
    const QueueSchema& schema,
    const FenceGroup& group,
    const std::vector<const ReservedJob*>& jobs
) {
    const std::vector<std::size_t> mine = group.lock_rows(session, schema);
    std::vector<std::string> tracked;
    for (const std::size_t index : mine) {
        if (is_tracked(*jobs[index])) {
            tracked.push_back(envelope_uuid(jobs[index]->payload));
        }
    }
    if (!mine.empty()) {
        mysql::Params params;
        group.bind(params);
        session.execute(
            "UPDATE " + schema("jobs") +
                " FORCE INDEX (PRIMARY) SET reserved_at = NULL, reserved_by = 0,"
                " claim_room = DEFAULT,"
                " attempts = GREATEST(attempts, 1) - 1 WHERE " +
                group.condition(),
            params
        );
        runs_released(session, schema, tracked);
        claim_again(session, schema, mine, jobs);
    }
    return mine.size();
}

// Moves the group's rows to job_delayed, the attempt taken off again.
std::size_t snooze_group(
    mysql::Session& session,
    const QueueSchema& schema,
    const FenceGroup& group,
    const std::vector<const ReservedJob*>& jobs,
    std::int64_t delay_s
) {
    const std::vector<std::size_t> mine = group.lock_rows(session, schema);
    if (mine.empty()) {
        return 0;
    }
    group.delete_rows(session, schema);
    std::vector<JobRow> rows;
    std::vector<std::string> tracked;
    for (const std::size_t index : mine) {
        const ReservedJob& job = *jobs[index];
        rows.push_back(row_of(job, std::max<std::int64_t>(job.fence.attempts, 1) - 1, delay_s));
        if (is_tracked(job)) {
            rows.back().uuid = envelope_uuid(job.payload);
            tracked.push_back(rows.back().uuid);
        }
    }
    insert_job_rows(session, schema, rows);
    runs_released(session, schema, tracked);
    for (const JobRow& row : rows) {
        if (!row.uuid.empty()) {
            run_moved(session, schema, row.uuid, "scheduled", row.id, row.delay_s);
        }
    }
    claim_again(session, schema, mine, jobs);
    return mine.size();
}

} // namespace

Result<void>
retry_if_mine(mysql::Pool& pool, Deadline deadline, const QueueSchema& schema, const Retry& retry) {
    const ReservedJob& job = *retry.job;
    const std::string uuid = is_uuid(retry.uuid) ? retry.uuid : envelope_uuid(job.payload);
    return mysql::with_transaction(pool, deadline, [&](mysql::Transaction& t) -> Result<void> {
        JobRow row = row_of(job, job.fence.attempts, std::max<std::int64_t>(retry.delay_s, 0));
        row.id = job.key.id;
        row.payload = retry.payload;
        if (row.delay_s == 0) {
            if (!make_available(t, schema, retry)) {
                return lease_lost();
            }
        } else {
            if (!delete_if_mine(t, schema, job)) {
                return lease_lost();
            }
            std::vector<JobRow> rows{std::move(row)};
            insert_job_rows(t, schema, rows);
            row = std::move(rows.front());
        }
        if (is_tracked(job)) {
            const char* state = row.delay_s == 0 ? "available" : "retryable";
            run_moved(t, schema, uuid, state, row.id, row.delay_s);
            run_error(t, schema, uuid, job.fence.attempts, retry.error);
        }
        return {};
    });
}

std::size_t release_if_mine(
    mysql::Pool& pool,
    Deadline deadline,
    const QueueSchema& schema,
    const std::vector<const ReservedJob*>& jobs,
    std::int64_t delay_s
) {
    std::vector<std::size_t> all(jobs.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
        all[i] = i;
    }
    const std::vector<FenceGroup> groups = FenceGroup::of(jobs, all);
    return mysql::with_transaction(pool, deadline, [&](mysql::Transaction& t) {
        std::size_t released = 0;
        for (const FenceGroup& group : groups) {
            released += delay_s > 0 ? snooze_group(t, schema, group, jobs, delay_s)
                                    : release_group(t, schema, group, jobs);
        }
        return released;
    });
}

} // namespace bgerp::queue
