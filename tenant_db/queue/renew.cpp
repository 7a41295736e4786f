#include "tenant_db/queue/fence_groups.hpp"
#include "tenant_db/queue/id_condition.hpp"
#include "tenant_db/queue/in_list.hpp"
#include "tenant_db/queue/lifecycle.hpp"
#include "tenant_db/queue/payload.hpp"
#include "tenant_db/queue/run_record.hpp"

#include <algorithm>
#include <unordered_map>

namespace bgerp::queue {

namespace {

constexpr int percent_max = 100;
constexpr std::size_t message_characters_max = 255; // the column's length

// Rows that another transaction holds are passed by: waiting for the one whose handler has just
// written its checkpoint would let the leases of all others run out. Nobody can reserve such a row
// while it is locked, so it is lost only if the committed row says so.
std::vector<std::size_t> renew_group(
    mysql::Session& session,
    const QueueSchema& schema,
    const FenceGroup& group,
    const std::vector<const ReservedJob*>& jobs
) {
    std::vector<std::size_t> mine = group.lock_rows(session, schema, true);
    if (!mine.empty()) {
        std::vector<std::uint64_t> ids;
        for (const std::size_t index : mine) {
            ids.push_back(jobs[index]->key.id);
        }
        const JobKey& key = group.first().key;
        mysql::Params params{key.queue, key.priority};
        const IdCondition named(ids);
        named.bind(params);
        session.execute( // locked above
            "UPDATE " + schema("jobs") +
                " FORCE INDEX (PRIMARY) SET reserved_at = UNIX_TIMESTAMP()"
                " WHERE queue = ? AND priority = ? AND " +
                named.text(),
            params
        );
    }
    if (mine.size() < group.members().size()) {
        mine = group.read_rows(session, schema);
    }
    return mine;
}

// Reads job_run through PRIMARY (uuid), no locks.
std::vector<std::size_t> cancel_wished(
    mysql::Session& session, const QueueSchema& schema, const std::vector<const ReservedJob*>& jobs
) {
    std::unordered_map<std::string, std::size_t> by_uuid;
    std::vector<std::string> uuids;
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        if ((jobs[i]->flags & flag_tracked) != 0) {
            uuids.push_back(envelope_uuid(jobs[i]->payload));
            by_uuid.emplace(uuids.back(), i);
        }
    }
    std::vector<std::size_t> wished;
    in_slices(uuids, [&](const std::vector<std::string>& slice) {
        mysql::Params params;
        add_padded(params, slice);
        session.query(
            "SELECT uuid FROM " + schema("job_run") +
                " FORCE INDEX (PRIMARY) WHERE cancel_requested = 1 AND uuid IN" +
                in_list(slice.size()),
            params,
            [&](const mysql::Row& row) {
                if (const auto found = by_uuid.find(row.text(0)); found != by_uuid.end()) {
                    wished.push_back(found->second);
                }
            }
        );
    });
    return wished;
}

} // namespace

RenewOutcome renew_leases(
    mysql::Pool& pool,
    Deadline deadline,
    const QueueSchema& schema,
    const std::vector<const ReservedJob*>& jobs
) {
    std::vector<std::size_t> all(jobs.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
        all[i] = i;
    }
    const std::vector<FenceGroup> groups = FenceGroup::of(jobs, all);
    return mysql::with_transaction(pool, deadline, [&](mysql::Transaction& transaction) {
        std::vector<bool> mine(jobs.size(), false);
        for (const FenceGroup& group : groups) {
            for (const std::size_t index : renew_group(transaction, schema, group, jobs)) {
                mine[index] = true;
            }
        }
        RenewOutcome outcome;
        for (std::size_t i = 0; i < jobs.size(); ++i) {
            if (!mine[i]) {
                outcome.lost.push_back(i);
            }
        }
        outcome.cancel = cancel_wished(transaction, schema, jobs);
        return outcome;
    });
}

Result<void> checkpoint_if_mine(
    mysql::Transaction& transaction, const QueueSchema& schema, const ReservedJob& job
) {
    mysql::Params params;
    bind_fence(params, job);
    // PRIMARY, one row, exclusive; READ COMMITTED.
    const std::uint64_t matched = transaction.execute(
        "UPDATE " + schema("jobs") +
            " FORCE INDEX (PRIMARY) SET reserved_at = UNIX_TIMESTAMP(), rescues = 0 WHERE " +
            fence_condition,
        params
    );
    if (matched == 0) {
        return lease_lost();
    }
    return {};
}

Result<void> report_progress(
    mysql::Session& session,
    const QueueSchema& schema,
    const ReservedJob& job,
    const std::string& uuid,
    int percent,
    const std::string& message
) {
    const std::string text = storable(message, message_characters_max);
    mysql::Params params{std::clamp(percent, 0, percent_max), text, uuid};
    bind_fence(params, job);
    // job_run's PRIMARY, one row, exclusive; jobs is read without a lock (READ COMMITTED).
    const std::uint64_t matched = execute_if_held(
        session,
        schema,
        job,
        "UPDATE " + schema("job_run") +
            " SET progress = ?, progress_message = ? WHERE uuid = ? AND EXISTS (SELECT 1 FROM " +
            schema("jobs") + " FORCE INDEX (PRIMARY) WHERE " + fence_condition + ")",
        params
    );
    if (matched == 0) {
        return lease_lost();
    }
    return {};
}

} // namespace bgerp::queue
