#include "tenant_db/queue/unique_keys.hpp"

#include "tenant_db/queue/in_list.hpp"
#include "tenant_db/queue/job_rows.hpp"
#include "tenant_db/queue/payload.hpp"
#include "tenant_db/queue/run_record.hpp"
#include "tenant_db/queue/waiting_job.hpp"

#include <unordered_map>

namespace bgerp::queue {

namespace {

// All statements below: through PRIMARY (unique_key), READ COMMITTED; rows that are written are
// locked exclusively. ON DUPLICATE KEY UPDATE locks the row it meets exclusively at once: INSERT
// IGNORE would share it first, and two that waited for the same row would deadlock.

constexpr const char* claim_columns = " (unique_key, job_uuid, expires_at) VALUES ";
constexpr const char* claim_tuple = "(UNHEX(?),?,IF(? = 0, 0, UNIX_TIMESTAMP() + ?))";
constexpr const char* is_over = "expires_at BETWEEN 1 AND UNIX_TIMESTAMP()";

void add_claim(mysql::Params& params, const KeyClaim& claim) {
    params.insert(params.end(), {claim.key, claim.uuid, claim.period_s, claim.period_s});
}

std::string key_list(std::size_t count) {
    return " (" + repeated("UNHEX(?)", padded(count)) + ")";
}

std::vector<std::string> keys_of(const std::vector<KeyClaim>& claims) {
    std::vector<std::string> keys;
    for (const KeyClaim& claim : claims) {
        keys.push_back(claim.key);
    }
    return keys;
}

std::vector<std::string> uuids_of(const std::vector<KeyClaim>& claims) {
    std::vector<std::string> uuids;
    for (const KeyClaim& claim : claims) {
        uuids.push_back(claim.uuid);
    }
    return uuids;
}

// " WHERE …": the keys of these that these still hold.
class HeldBy {
public:
    explicit HeldBy(const std::vector<KeyClaim>& holds)
        : keys_(keys_of(holds))
        , uuids_(uuids_of(holds)) {}

    [[nodiscard]] std::string condition() const {
        return " WHERE unique_key IN" + key_list(keys_.size()) + " AND job_uuid IN" +
               in_list(uuids_.size());
    }

    [[nodiscard]] mysql::Params params() const {
        mysql::Params params;
        add_padded(params, keys_);
        add_padded(params, uuids_);
        return params;
    }

private:
    const std::vector<std::string> keys_;
    const std::vector<std::string> uuids_;
};

struct Follower {
    std::string key;
    std::string uuid;
    std::int64_t delay_s = 0;
};

std::vector<Follower> followers_of(
    mysql::Session& session, const QueueSchema& schema, const std::vector<KeyClaim>& ended
) {
    std::vector<Follower> followers;
    const std::vector<std::string> keys = keys_of(ended);
    const std::vector<std::string> uuids = uuids_of(ended);
    mysql::Params params;
    add_padded(params, keys);
    add_padded(params, uuids);
    session.query(
        "SELECT HEX(unique_key), job_uuid,"
        " GREATEST(CAST(follow_at AS SIGNED) - UNIX_TIMESTAMP(), 0) FROM " +
            schema("job_unique") + " FORCE INDEX (PRIMARY) WHERE unique_key IN" +
            key_list(keys.size()) + " AND follows IN" + in_list(uuids.size()) + " FOR UPDATE",
        params,
        [&](const mysql::Row& row) {
            followers.push_back({row.text(0), row.text(1), row.i64(2)});
        }
    );
    return followers;
}

// Its row waits in job_delayed, a day away: it is put where its time wants it. One that was
// cancelled meanwhile has freed the key; one that began by itself is left alone.
void start_follower(mysql::Session& session, const QueueSchema& schema, const Follower& follower) {
    session.execute(
        "UPDATE " + schema("job_unique") +
            " FORCE INDEX (PRIMARY) SET follows = '', follow_at = 0 WHERE unique_key = UNHEX(?)",
        {follower.key}
    );
    const FoundJob found = lock_job(session, schema, follower.uuid);
    if (found.is != FoundJob::Is::waiting || !found.delayed) {
        return;
    }
    JobRow row;
    row.queue = found.queue;
    row.priority = found.priority;
    row.payload = found.payload;
    row.delay_s = follower.delay_s;
    row.created_at = found.created_at;
    row.flags = found.flags;
    std::vector<JobRow> rows{std::move(row)};
    delete_waiting(session, schema, found);
    insert_job_rows(session, schema, rows);
    const char* state = follower.delay_s > 0 ? "scheduled" : "available";
    run_moved(session, schema, follower.uuid, state, rows.front().id, follower.delay_s);
}

} // namespace

void claim_free_keys(
    mysql::Session& session, const QueueSchema& schema, const std::vector<KeyClaim>& claims
) {
    const std::string taken = std::string("IF(") + is_over + ", ";
    for (std::size_t from = 0; from < claims.size();) {
        const std::size_t rows = rows_per_statement(claims.size() - from);
        mysql::Params params;
        for (std::size_t i = from; i < from + rows; ++i) {
            add_claim(params, claims[i]);
        }
        // The assignments run from left to right: expires_at, which they ask, is the last.
        session.execute(
            "INSERT INTO " + schema("job_unique") + claim_columns + repeated(claim_tuple, rows) +
                " ON DUPLICATE KEY UPDATE job_uuid = " + taken +
                "VALUES(job_uuid), job_uuid), follows = " + taken +
                "'', follows), expires_at = " + taken + "VALUES(expires_at), expires_at)",
            params
        );
        from += rows;
    }
}

bool claim_free_key(mysql::Session& session, const QueueSchema& schema, const KeyClaim& claim) {
    mysql::Params params;
    add_claim(params, claim);
    return session.execute(
               "INSERT IGNORE INTO " + schema("job_unique") + claim_columns + claim_tuple,
               params
           ) == 1;
}

std::vector<std::optional<KeyHolder>> key_holders(
    mysql::Session& session,
    const QueueSchema& schema,
    const std::vector<std::string>& keys,
    bool locking
) {
    std::unordered_map<std::string, KeyHolder> found;
    in_slices(keys, [&](const std::vector<std::string>& slice) {
        mysql::Params params;
        add_padded(params, slice);
        session.query(
            std::string("SELECT LOWER(HEX(unique_key)), job_uuid, expires_at > 0, ") + is_over +
                ", follows FROM " + schema("job_unique") +
                " FORCE INDEX (PRIMARY) WHERE unique_key IN" + key_list(slice.size()) +
                (locking ? " FOR UPDATE" : ""),
            params,
            [&](const mysql::Row& row) {
                found[row.text(0)] = {row.text(1), row.i64(2) != 0, row.i64(3) != 0, row.text(4)};
            }
        );
    });
    std::vector<std::optional<KeyHolder>> holders;
    for (const std::string& key : keys) {
        const auto holder = found.find(key);
        holders.push_back(holder == found.end() ? std::nullopt : std::optional(holder->second));
    }
    return holders;
}

bool take_key(mysql::Session& session, const QueueSchema& schema, const KeyClaim& claim) {
    claim_free_keys(session, schema, {claim});
    const auto holder = key_holders(session, schema, {claim.key}).front();
    if (holder && holder->uuid == claim.uuid) {
        return true;
    }
    if (!holder || holder->timed || !jobs_alive(session, schema, {holder->uuid}).empty()) {
        return false;
    }
    take_over_key(session, schema, claim);
    return true;
}

void take_over_key(
    mysql::Session& session,
    const QueueSchema& schema,
    const KeyClaim& claim,
    const std::string& follows,
    std::int64_t delay_s
) {
    session.execute(
        "UPDATE " + schema("job_unique") +
            " FORCE INDEX (PRIMARY) SET job_uuid = ?, follows = ?,"
            " follow_at = IF(? = '', 0, UNIX_TIMESTAMP() + ?),"
            " expires_at = IF(? = 0, 0, UNIX_TIMESTAMP() + ?) WHERE unique_key = UNHEX(?)",
        {claim.uuid, follows, follows, delay_s, claim.period_s, claim.period_s, claim.key}
    );
}

std::unordered_set<std::string> jobs_alive(
    mysql::Session& session, const QueueSchema& schema, const std::vector<std::string>& uuids
) {
    std::unordered_set<std::string> alive;
    in_slices(uuids, [&](const std::vector<std::string>& slice) {
        mysql::Params params;
        add_padded(params, slice);
        // job_run by PRIMARY, jobs by its full PRIMARY, job_delayed and job_blocked by KEY (id).
        // No locks.
        session.query(
            "SELECT r.uuid FROM " + schema("job_run") + " AS r FORCE INDEX (PRIMARY)" +
                " WHERE r.outcome = 'open' AND r.uuid IN" + in_list(slice.size()) +
                " AND IF(r.state IN ('scheduled', 'retryable'), EXISTS (SELECT 1 FROM " +
                schema("job_delayed") +
                " AS d FORCE INDEX (job_delayed_id) WHERE d.id = r.job_id),"
                " EXISTS (SELECT 1 FROM " +
                schema("jobs") +
                " AS j FORCE INDEX (PRIMARY) WHERE j.queue = r.queue AND j.priority = r.priority"
                " AND j.id = r.job_id) OR EXISTS (SELECT 1 FROM " +
                schema("job_blocked") +
                " AS b FORCE INDEX (job_blocked_id) WHERE b.id = r.job_id))",
            params,
            [&](const mysql::Row& row) { alive.insert(row.text(0)); }
        );
    });
    return alive;
}

std::optional<KeyClaim> key_until_start(const ReservedJob& job) {
    if ((job.flags & flag_unique) == 0) {
        return std::nullopt;
    }
    const Result<Envelope> envelope = parse_envelope(job.payload);
    const bool held =
        envelope && envelope->unique && envelope->unique->until == UniqueRule::Until::start;
    return held ? std::optional(KeyClaim{envelope->unique->key, envelope->uuid, 0}) : std::nullopt;
}

void free_keys(
    mysql::Session& session, const QueueSchema& schema, const std::vector<KeyClaim>& holds
) {
    in_slices(holds, [&](const std::vector<KeyClaim>& slice) {
        const HeldBy held(slice);
        session.execute(
            "DELETE " + schema("job_unique") + " FROM " + schema("job_unique") +
                " FORCE INDEX (PRIMARY)" + held.condition(),
            held.params()
        );
    });
}

void give_keys_back(
    mysql::Session& session, const QueueSchema& schema, const std::vector<KeyClaim>& holds
) {
    in_slices(holds, [&](const std::vector<KeyClaim>& slice) {
        const HeldBy held(slice);
        session.execute( // from left to right
            "UPDATE " + schema("job_unique") +
                " FORCE INDEX (PRIMARY) SET job_uuid = follows, follows = '', follow_at = 0" +
                held.condition() + " AND follows <> ''",
            held.params()
        );
    });
}

void start_followers(
    mysql::Session& session, const QueueSchema& schema, const std::vector<KeyClaim>& ended
) {
    in_slices(ended, [&](const std::vector<KeyClaim>& slice) {
        for (const Follower& follower : followers_of(session, schema, slice)) {
            start_follower(session, schema, follower);
        }
    });
}

} // namespace bgerp::queue
