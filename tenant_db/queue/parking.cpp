#include "tenant_db/queue/parking.hpp"

#include "base/mysql/transaction.hpp"
#include "tenant_db/queue/blocked_rows.hpp"
#include "tenant_db/queue/fence_groups.hpp"
#include "tenant_db/queue/in_list.hpp"
#include "tenant_db/queue/payload.hpp"
#include "tenant_db/queue/run_record.hpp"
#include "tenant_db/queue/union_slices.hpp"
#include "tenant_db/queue/unique_keys.hpp"

#include <algorithm>
#include <map>

namespace bgerp::queue {

namespace {

constexpr std::size_t rows_max = 500; // of one transaction that somebody may wait for

// Sets the mark under the keys' rows, which are made if need be: exclusive locks through PRIMARY,
// the last ones of the transaction.
void mark_parked(
    mysql::Session& session, const QueueSchema& schema, const std::vector<const ParkedJob*>& jobs
) {
    std::map<std::uint64_t, const ParkedJob*> by_key; // in the order of the index
    for (const ParkedJob* job : jobs) {
        by_key.emplace(job->key, job);
    }
    std::vector<const ParkedJob*> keys;
    for (const auto& entry : by_key) {
        keys.push_back(entry.second);
    }
    for (std::size_t from = 0; from < keys.size();) {
        const std::size_t count = rows_with_filling(keys.size() - from);
        mysql::Params params;
        for (std::size_t i = from; i < from + count; ++i) {
            const ParkedJob& job = *keys[filled(i, keys.size())];
            params.insert(params.end(), {job.key, job.limit_name, job.key_text});
        }
        session.execute(
            "INSERT INTO " + schema("limit_key") +
                " (key_hash, limit_name, key_text, watch, used_at) VALUES " +
                repeated("(?,?,?,1,UNIX_TIMESTAMP())", count) +
                " ON DUPLICATE KEY UPDATE watch = watch | 1",
            params
        );
        from += count;
    }
}

std::size_t park_groups(
    mysql::Session& session,
    const QueueSchema& schema,
    const std::vector<FenceGroup>& groups,
    const std::vector<ParkedJob>& jobs
) {
    std::vector<const ParkedJob*> parked;
    std::vector<BlockedRow> rows;
    std::vector<std::string> tracked;
    std::vector<KeyClaim> unstarted;
    for (const FenceGroup& group : groups) {
        const std::vector<std::size_t> mine = group.lock_rows(session, schema);
        if (mine.empty()) {
            continue;
        }
        group.delete_rows(session, schema);
        for (const std::size_t index : mine) {
            const ReservedJob& job = *jobs[index].job;
            parked.push_back(&jobs[index]);
            rows.push_back(
                {jobs[index].key, &job, std::max<std::int64_t>(job.fence.attempts, 1) - 1}
            );
            if ((job.flags & flag_tracked) != 0) {
                tracked.push_back(envelope_uuid(job.payload));
            }
            if (auto hold = key_until_start(job)) {
                unstarted.push_back(std::move(*hold));
            }
        }
    }
    insert_blocked(session, schema, rows);
    runs_released(session, schema, tracked);
    claim_free_keys(session, schema, unstarted);
    mark_parked(session, schema, parked);
    return parked.size();
}

// The marks go where nothing is left; returns the keys where something is. Who parks a job sets the
// mark under the same row, so either its job is seen here or its mark comes after this one.
std::set<std::uint64_t>
clear_marks(mysql::Session& session, const QueueSchema& schema, std::vector<std::uint64_t> keys) {
    const auto set_marks = [&](const std::vector<std::uint64_t>& of, const char* mark) {
        in_slices(of, [&](const std::vector<std::uint64_t>& slice) {
            mysql::Params params;
            add_padded(params, slice);
            session.execute( // PRIMARY, exclusive, in the order of the index
                "UPDATE " + schema("limit_key") + " FORCE INDEX (PRIMARY) SET watch = " + mark +
                    " WHERE key_hash IN" + in_list(slice.size()),
                params
            );
        });
    };
    std::sort(keys.begin(), keys.end());
    set_marks(keys, "watch & ~1");
    const std::vector<std::uint64_t> left = keys_with_blocked(session, schema, keys);
    set_marks(left, "watch | 1");
    return {left.begin(), left.end()};
}

std::vector<TakenJobs> take_all(
    mysql::Session& session,
    const QueueSchema& schema,
    std::uint64_t owner,
    const std::vector<TakeWish>& wishes,
    const QueueFilter& filter
) {
    std::vector<TakenJobs> taken = lock_blocked(session, schema, wishes, filter);
    std::vector<BlockedRow> rows;
    std::vector<std::string> tracked;
    std::vector<KeyClaim> started;
    for (TakenJobs& of_key : taken) {
        for (ReservedJob& job : of_key.jobs) {
            job.fence.owner = owner;
            rows.push_back({of_key.key, &job, job.fence.attempts});
            if ((job.flags & flag_tracked) != 0) {
                tracked.push_back(envelope_uuid(job.payload));
            }
            if (auto hold = key_until_start(job)) {
                started.push_back(std::move(*hold));
            }
        }
    }
    insert_reserved(session, schema, rows);
    delete_blocked(session, schema, rows);
    runs_started(session, schema, tracked);
    free_keys(session, schema, started);
    std::vector<std::uint64_t> ended;
    for (std::size_t i = 0; i < wishes.size(); ++i) {
        if (taken[i].jobs.size() < wishes[i].limit) {
            ended.push_back(wishes[i].key);
        }
    }
    const std::set<std::uint64_t> left = clear_marks(session, schema, ended);
    for (std::size_t i = 0; i < wishes.size(); ++i) {
        const bool all = taken[i].jobs.size() < wishes[i].limit;
        taken[i].more = !all || left.count(wishes[i].key) > 0;
    }
    return taken;
}

struct Unparked {
    std::size_t rows = 0;
    std::set<std::string> queues;
};

Unparked unpark_some(mysql::Session& session, const QueueSchema& schema, std::uint64_t key) {
    const auto taken = lock_blocked(session, schema, {{key, rows_max}}, {});
    const std::vector<ReservedJob>& jobs = taken.front().jobs;
    std::vector<BlockedRow> rows;
    Unparked unparked;
    for (const ReservedJob& job : jobs) {
        rows.push_back({key, &job, std::max<std::int64_t>(job.fence.attempts, 1) - 1});
        unparked.queues.insert(job.key.queue);
    }
    insert_available(session, schema, rows);
    delete_blocked(session, schema, rows);
    if (jobs.size() < rows_max) {
        clear_marks(session, schema, {key});
    }
    unparked.rows = jobs.size();
    return unparked;
}

} // namespace

std::size_t park_if_mine(
    mysql::Pool& pool,
    Deadline deadline,
    const QueueSchema& schema,
    const std::vector<ParkedJob>& jobs
) {
    if (jobs.empty()) {
        return 0;
    }
    std::vector<const ReservedJob*> reserved;
    std::vector<std::size_t> all;
    for (const ParkedJob& job : jobs) {
        all.push_back(reserved.size());
        reserved.push_back(job.job);
    }
    const std::vector<FenceGroup> groups = FenceGroup::of(reserved, all);
    return mysql::with_transaction(pool, deadline, [&](mysql::Transaction& transaction) {
        return park_groups(transaction, schema, groups, jobs);
    });
}

std::vector<TakenJobs> take_parked(
    mysql::Pool& pool,
    Deadline deadline,
    const QueueSchema& schema,
    std::uint64_t owner,
    const std::vector<TakeWish>& wishes,
    const QueueFilter& filter
) {
    if (wishes.empty()) {
        return {};
    }
    return mysql::with_transaction(pool, deadline, [&](mysql::Transaction& transaction) {
        return take_all(transaction, schema, owner, wishes, filter);
    });
}

std::set<std::string>
unpark_key(mysql::Pool& pool, Deadline deadline, const QueueSchema& schema, std::uint64_t key) {
    std::set<std::string> queues;
    for (;;) {
        const Unparked step =
            mysql::with_transaction(pool, deadline, [&](mysql::Transaction& transaction) {
                return unpark_some(transaction, schema, key);
            });
        queues.insert(step.queues.begin(), step.queues.end());
        if (step.rows < rows_max) {
            return queues;
        }
    }
}

std::vector<WatchedKey> watched_keys(mysql::Session& session, const QueueSchema& schema) {
    std::vector<WatchedKey> keys;
    session.query( // KEY limit_key_watch (watch, used_at), no locks
        "SELECT key_hash, limit_name, key_text, watch & 1, watch & 2,"
        " open_until > UNIX_TIMESTAMP() FROM " +
            schema("limit_key") + " FORCE INDEX (limit_key_watch) WHERE watch > 0 LIMIT ?",
        {watched_keys_max},
        [&](const mysql::Row& row) {
            WatchedKey key{row.u64(0), row.text(1), row.text(2), row.i64(3) != 0, {}};
            if (row.i64(4) != 0) {
                key.breaker = row.i64(5) != 0 ? BreakerPhase::open : BreakerPhase::half_open;
            }
            keys.push_back(std::move(key));
        }
    );
    return keys;
}

// Each part stops at its first row, along KEY limit_key_watch (watch, used_at). No locks.
std::vector<std::string> databases_with_watched_keys(
    mysql::Pool& pool, Deadline deadline, const std::vector<std::string>& databases
) {
    std::vector<std::string> found;
    in_union_slices(databases, [&](std::size_t from, std::size_t to) {
        std::string sql;
        for (std::size_t i = from; i < to; ++i) {
            sql += (i == from ? "(SELECT " : " UNION ALL (SELECT ") + std::to_string(i) + " FROM " +
                   QueueSchema::of(databases[i])("limit_key") +
                   " FORCE INDEX (limit_key_watch) WHERE watch > 0 LIMIT 1)";
        }
        pool.acquire(deadline)->query(sql, {}, [&](const mysql::Row& row) {
            found.push_back(databases[static_cast<std::size_t>(row.u64(0))]);
        });
    });
    return found;
}

} // namespace bgerp::queue
