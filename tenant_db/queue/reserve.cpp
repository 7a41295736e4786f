#include "tenant_db/queue/id_condition.hpp"
#include "tenant_db/queue/in_list.hpp"
#include "tenant_db/queue/lifecycle.hpp"
#include "tenant_db/queue/payload.hpp"
#include "tenant_db/queue/run_record.hpp"
#include "tenant_db/queue/unique_keys.hpp"

#include <algorithm>
#include <map>

namespace bgerp::queue {

namespace {

// SMALLINT UNSIGNED: a job tried more often stays at this count instead of failing every claim.
constexpr std::int64_t count_max = 65535;

// Walks PRIMARY (queue, priority, id) from the cursor on, in its order; FORCE INDEX because on a
// table whose statistics say "empty" the optimizer prefers a scan. The OR is one range of the key;
// the row constructor (priority, id) > (?, ?) would not be. ORDER BY must not name the queue:
// compared with a bound value it isn't taken for constant, and the server would sort, and lock, the
// whole backlog. Locks exclusively, at READ COMMITTED, the rows it returns; rows that others hold
// are stepped over, rows that don't match unlocked. A row whose reserved_by wasn't written for this
// attempt (Fence::mark; 0 never was) is in the hands of Laravel's worker, which doesn't renew.
// A lease that begins in the future was given before the database's clock was put back: if its
// holder lives it will be renewed, and otherwise nobody should wait for that hour to come again.
constexpr const char* claim_columns =
    "SELECT priority, id, attempts, rescues, flags, created_at, available_at, "
    "reserved_at IS NOT NULL, interruptions, payload FROM ";
constexpr const char* beyond_cursor = " AND (priority > ? OR (priority = ? AND id > ?))";
constexpr const char* can_be_reserved =
    " AND available_at <= UNIX_TIMESTAMP() AND (reserved_at IS NULL"
    " OR ABS(CAST(reserved_at AS SIGNED) - CAST(UNIX_TIMESTAMP() AS SIGNED)) >"
    " IF((reserved_by & 65535) = attempts, ?, ?))";
constexpr const char* in_order = " ORDER BY priority, id LIMIT ? FOR UPDATE SKIP LOCKED";

ReservedJob reserved_job(const mysql::Row& row, const std::string& queue, std::uint64_t owner) {
    ReservedJob job;
    job.key = {queue, row.i64(0), row.u64(1)};
    job.fence = {owner, std::min(row.i64(2) + 1, count_max)};
    job.rescues = std::min(row.i64(3) + row.i64(7), count_max);
    job.flags = row.i64(4);
    job.created_at = row.i64(5);
    job.available_at = row.i64(6);
    job.interruptions = std::min(row.i64(8) + row.i64(7), count_max);
    job.payload = row.text(9);
    return job;
}

std::vector<ReservedJob> claim(
    mysql::Session& session,
    const QueueSchema& schema,
    const std::string& queue,
    std::size_t limit,
    std::uint64_t owner,
    const LeaseRules& rules,
    const ClaimCursor& cursor
) {
    mysql::Params params{queue};
    if (!cursor.at_start) {
        params.insert(params.end(), {cursor.priority, cursor.priority, cursor.id});
    }
    params.insert(params.end(), {rules.lease_s, rules.retry_after_s, limit});
    std::vector<ReservedJob> jobs;
    session.query(
        claim_columns + schema("jobs") + " FORCE INDEX (PRIMARY) WHERE queue = ?" +
            (cursor.at_start ? "" : beyond_cursor) + can_be_reserved + in_order,
        params,
        [&](const mysql::Row& row) { jobs.push_back(reserved_job(row, queue, owner)); }
    );
    return jobs;
}

// By full primary key; the rows are locked already. What a row's reserved_at says of a dead worker
// is read before it is overwritten. claim_room gives reserved_at its place: a row whose length
// changed would be moved within its page, and every few rows the page be packed anew
// (docs/adr/0002).
void mark_reserved(
    mysql::Session& session,
    const QueueSchema& schema,
    const std::vector<ReservedJob>& jobs,
    std::uint64_t owner
) {
    std::map<std::int64_t, std::vector<std::uint64_t>> ids_by_priority;
    for (const ReservedJob& job : jobs) {
        ids_by_priority[job.key.priority].push_back(job.key.id);
    }
    for (const auto& [priority, all_ids] : ids_by_priority) {
        in_slices(all_ids, [&, by = priority](const std::vector<std::uint64_t>& ids) {
            mysql::Params params{Fence{owner, 0}.mark(), jobs.front().key.queue, by};
            const IdCondition named(ids);
            named.bind(params);
            session.execute(
                "UPDATE " + schema("jobs") +
                    " FORCE INDEX (PRIMARY) SET"
                    " rescues = IF(reserved_at IS NULL, rescues, LEAST(rescues + 1, 65535)),"
                    " interruptions ="
                    " IF(reserved_at IS NULL, interruptions, LEAST(interruptions + 1, 65535)),"
                    " reserved_by = ? | LEAST(attempts + 1, 65535)," // before attempts changes
                    " attempts = LEAST(attempts + 1, 65535),"
                    " reserved_at = UNIX_TIMESTAMP(), claim_room = NULL"
                    " WHERE queue = ? AND priority = ? AND " +
                    named.text(),
                params
            );
        });
    }
}

void mark_runs_started(
    mysql::Session& session, const QueueSchema& schema, const std::vector<ReservedJob>& jobs
) {
    std::vector<std::string> uuids;
    for (const ReservedJob& job : jobs) {
        if ((job.flags & flag_tracked) != 0) {
            uuids.push_back(envelope_uuid(job.payload));
        }
    }
    runs_started(session, schema, uuids);
}

// Keys that jobs hold until they start.
void free_started(
    mysql::Session& session, const QueueSchema& schema, const std::vector<ReservedJob>& jobs
) {
    std::vector<KeyClaim> holds;
    for (const ReservedJob& job : jobs) {
        if (const auto hold = key_until_start(job)) {
            holds.push_back(*hold);
        }
    }
    free_keys(session, schema, holds);
}

// Nothing but the jobs' own rows, which are locked, says that they began: no run whose state others
// read, and no key, which only tracked ones hold and their handlers might want themselves.
bool starts_alone(const std::vector<ReservedJob>& jobs) {
    return std::all_of(jobs.begin(), jobs.end(), [](const ReservedJob& job) {
        return (job.flags & flag_tracked) == 0;
    });
}

void move_cursor(ClaimCursor& cursor, const std::vector<ReservedJob>& jobs, std::size_t limit) {
    if (jobs.size() < limit) {
        cursor = ClaimCursor();
    } else {
        cursor = {false, jobs.back().key.priority, jobs.back().key.id};
    }
}

} // namespace

std::vector<ReservedJob> reserve(
    mysql::Pool& pool,
    Deadline deadline,
    const QueueSchema& schema,
    const std::string& queue,
    std::size_t limit,
    std::uint64_t owner,
    const LeaseRules& rules,
    ClaimCursor& cursor,
    const OnClaimed& on_claimed
) {
    if (limit == 0) {
        return {};
    }
    const std::size_t at_most = std::min(limit, in_list_max);
    bool told = false;
    auto jobs = mysql::with_transaction(pool, deadline, [&](mysql::Transaction& transaction) {
        if (told) { // it was refused: the same jobs must not begin a second time
            throw Failure(ErrorCode::unavailable, "a claim was lost after its jobs began", {});
        }
        const auto tell = [&](const std::vector<ReservedJob>& claimed) {
            if (on_claimed && !told) {
                told = true;
                on_claimed(claimed);
            }
        };
        auto claimed = claim(transaction, schema, queue, at_most, owner, rules, cursor);
        if (claimed.empty() && !cursor.at_start) {
            claimed = claim(transaction, schema, queue, at_most, owner, rules, ClaimCursor());
        }
        if (!claimed.empty()) {
            if (starts_alone(claimed)) {
                tell(claimed);
            }
            mark_reserved(transaction, schema, claimed, owner);
            mark_runs_started(transaction, schema, claimed);
            free_started(transaction, schema, claimed);
            tell(claimed);
        }
        return claimed;
    });
    move_cursor(cursor, jobs, at_most);
    return jobs;
}

Result<ReservedJob> reserve_one(
    mysql::Transaction& transaction,
    const QueueSchema& schema,
    const std::string& uuid,
    std::uint64_t owner
) {
    const std::optional<JobKey> key = find_key(transaction, schema, uuid);
    if (!key) {
        return fail(ErrorCode::not_found, "there is no such job", "uuid");
    }
    std::vector<ReservedJob> jobs;
    transaction.query( // PRIMARY, one row, exclusive
        claim_columns + schema("jobs") +
            " FORCE INDEX (PRIMARY) WHERE queue = ? AND priority = ? AND id = ?"
            " AND available_at <= UNIX_TIMESTAMP() AND reserved_at IS NULL FOR UPDATE",
        {key->queue, key->priority, key->id},
        [&](const mysql::Row& row) { jobs.push_back(reserved_job(row, key->queue, owner)); }
    );
    // A delayed job's id may have become another's in this table.
    if (jobs.empty() || envelope_uuid(jobs.front().payload) != uuid) {
        return fail(ErrorCode::conflict, "the job isn't waiting to be run");
    }
    mark_reserved(transaction, schema, jobs, owner);
    mark_runs_started(transaction, schema, jobs);
    return std::move(jobs.front());
}

// Along PRIMARY (queue, …) to the first such row, past those that are being run; no locks.
bool has_reservable(
    mysql::Session& session,
    const QueueSchema& schema,
    const std::string& queue,
    const LeaseRules& rules
) {
    return session
        .query_one(
            "SELECT 1 FROM " + schema("jobs") + " FORCE INDEX (PRIMARY) WHERE queue = ?" +
                can_be_reserved + " LIMIT 1",
            {queue, rules.lease_s, rules.retry_after_s},
            [](const mysql::Row& row) { return row.i64(0); }
        )
        .has_value();
}

} // namespace bgerp::queue
