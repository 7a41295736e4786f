#include "tenant_db/queue/permits.hpp"

#include "base/mysql/transaction.hpp"
#include "tenant_db/queue/bucket.hpp"
#include "tenant_db/queue/in_list.hpp"

#include <algorithm>
#include <unordered_map>

namespace bgerp::queue {

namespace {

struct KeyRow {
    std::int64_t full_us = 0;
    std::int64_t open_for_s = 0;
    bool watched_breaker = false;
    std::int64_t others = 0; // permits of other workers
    bool there = false;
};

struct KeyRows {
    std::unordered_map<std::uint64_t, KeyRow> rows;
    std::int64_t now_us = 0;
};

std::vector<std::uint64_t> missing(const std::vector<PermitWish>& wishes, const KeyRows& found) {
    std::vector<std::uint64_t> keys;
    for (const PermitWish& wish : wishes) {
        const auto row = found.rows.find(wish.key);
        if (row == found.rows.end() || !row->second.there) {
            keys.push_back(wish.key);
        }
    }
    return keys;
}

// PRIMARY (key_hash) of limit_key, exclusive, in the order of the index; READ COMMITTED: no gaps.
void lock_keys(
    mysql::Session& session,
    const QueueSchema& schema,
    const std::vector<std::uint64_t>& keys,
    KeyRows& found
) {
    in_slices(keys, [&](const std::vector<std::uint64_t>& slice) {
        mysql::Params params;
        add_padded(params, slice);
        session.query(
            "SELECT key_hash, full_us, GREATEST(open_until, UNIX_TIMESTAMP()) - UNIX_TIMESTAMP(),"
            " watch & 2, CAST(UNIX_TIMESTAMP(NOW(6)) * 1000000 AS SIGNED) FROM " +
                schema("limit_key") + " FORCE INDEX (PRIMARY) WHERE key_hash IN" +
                in_list(slice.size()) + " ORDER BY key_hash FOR UPDATE",
            params,
            [&](const mysql::Row& row) {
                KeyRow& key = found.rows[row.u64(0)];
                key = {row.i64(1), row.i64(2), row.i64(3) != 0, 0, true};
                found.now_us = row.i64(4);
            }
        );
    });
}

// Exclusive locks on the new entries, or on those that somebody else made meanwhile.
void insert_keys(
    mysql::Session& session,
    const QueueSchema& schema,
    const std::vector<PermitWish>& wishes,
    const KeyRows& found
) {
    std::vector<const PermitWish*> fresh;
    for (const PermitWish& wish : wishes) {
        if (found.rows.find(wish.key) == found.rows.end()) {
            fresh.push_back(&wish);
        }
    }
    for (std::size_t from = 0; from < fresh.size();) {
        const std::size_t count = rows_with_filling(fresh.size() - from);
        mysql::Params params;
        for (std::size_t i = from; i < from + count; ++i) {
            const PermitWish& wish = *fresh[filled(i, fresh.size())];
            params.insert(params.end(), {wish.key, wish.limit->name, wish.text});
        }
        session.execute(
            "INSERT INTO " + schema("limit_key") +
                " (key_hash, limit_name, key_text, used_at) VALUES " +
                repeated("(?,?,?,UNIX_TIMESTAMP())", count) +
                " ON DUPLICATE KEY UPDATE used_at = VALUES(used_at)",
            params
        );
        from += count;
    }
}

// PRIMARY (key_hash, worker), no locks: whoever adds permits for a key holds the key's row.
void read_others(
    mysql::Session& session,
    const QueueSchema& schema,
    std::uint64_t worker,
    const std::vector<std::uint64_t>& keys,
    KeyRows& found
) {
    in_slices(keys, [&](const std::vector<std::uint64_t>& slice) {
        mysql::Params params{worker};
        add_padded(params, slice);
        session.query(
            "SELECT key_hash, permits FROM " + schema("limit_permit") +
                " FORCE INDEX (PRIMARY) WHERE worker <> ? AND leased_until >= UNIX_TIMESTAMP()"
                " AND key_hash IN" +
                in_list(slice.size()),
            params,
            [&](const mysql::Row& row) { found.rows[row.u64(0)].others += row.i64(1); }
        );
    });
}

PermitGrant decide(const PermitWish& wish, KeyRow& row, std::int64_t now_us) {
    PermitGrant grant;
    if (wish.limit->breaker.failures > 0 && row.watched_breaker) {
        grant.breaker = row.open_for_s > 0 ? BreakerPhase::open : BreakerPhase::half_open;
    }
    if (grant.breaker == BreakerPhase::open) {
        return grant;
    }
    std::optional<std::int64_t> allowed = wish.limit->concurrency;
    if (grant.breaker == BreakerPhase::half_open) {
        allowed = std::min<std::int64_t>(allowed.value_or(1), 1);
    }
    if (allowed) {
        const std::int64_t free = *allowed - row.others - wish.held;
        grant.permits = std::clamp<std::int64_t>(free, 0, wish.permits);
    }
    if (wish.limit->rate > 0) {
        Bucket bucket(*wish.limit, row.full_us, now_us);
        bucket.put_back(wish.tokens_back);
        grant.tokens = bucket.take(wish.tokens);
        grant.tokens += bucket.take(std::min(wish.tokens_spare, bucket.tokens() / 2));
        grant.next_token_us = bucket.next_token_us();
        row.full_us = bucket.full_us();
    }
    return grant;
}

// PRIMARY, the rows of this worker.
void write_permits(
    mysql::Session& session,
    const QueueSchema& schema,
    std::uint64_t worker,
    std::int64_t lease_s,
    const std::vector<PermitHolding>& holdings
) {
    for (std::size_t from = 0; from < holdings.size();) {
        const std::size_t count = rows_with_filling(holdings.size() - from);
        mysql::Params params;
        for (std::size_t i = from; i < from + count; ++i) {
            const PermitHolding& holding = holdings[filled(i, holdings.size())];
            params.insert(params.end(), {holding.key, worker, holding.permits, lease_s});
        }
        session.execute(
            "INSERT INTO " + schema("limit_permit") +
                " (key_hash, worker, permits, leased_until) VALUES " +
                repeated("(?,?,?,UNIX_TIMESTAMP()+?)", count) +
                " ON DUPLICATE KEY UPDATE permits = VALUES(permits),"
                " leased_until = VALUES(leased_until)",
            params
        );
        from += count;
    }
}

// The rows are locked: every one of these updates a row that is there.
void write_buckets(
    mysql::Session& session,
    const QueueSchema& schema,
    const std::vector<const PermitWish*>& wishes,
    const KeyRows& found
) {
    for (std::size_t from = 0; from < wishes.size();) {
        const std::size_t count = rows_with_filling(wishes.size() - from);
        mysql::Params params;
        for (std::size_t i = from; i < from + count; ++i) {
            const std::uint64_t key = wishes[filled(i, wishes.size())]->key;
            params.insert(params.end(), {key, found.rows.at(key).full_us});
        }
        session.execute(
            "INSERT INTO " + schema("limit_key") +
                " (key_hash, limit_name, key_text, full_us) VALUES " +
                repeated("(?,'','',?)", count) +
                " ON DUPLICATE KEY UPDATE full_us = VALUES(full_us)",
            params
        );
        from += count;
    }
}

std::vector<PermitGrant> grant_all(
    mysql::Session& session,
    const QueueSchema& schema,
    std::uint64_t worker,
    std::int64_t lease_s,
    const std::vector<PermitWish>& wishes
) {
    KeyRows found;
    lock_keys(session, schema, missing(wishes, found), found);
    if (const auto fresh = missing(wishes, found); !fresh.empty()) {
        insert_keys(session, schema, wishes, found);
        lock_keys(session, schema, fresh, found);
    }
    std::vector<std::uint64_t> counted;
    for (const PermitWish& wish : wishes) {
        if (wish.permits > 0) {
            counted.push_back(wish.key);
        }
    }
    read_others(session, schema, worker, counted, found);
    std::vector<PermitGrant> grants;
    std::vector<PermitHolding> holdings;
    std::vector<const PermitWish*> buckets;
    for (const PermitWish& wish : wishes) {
        KeyRow& row = found.rows.at(wish.key);
        const std::int64_t full_us = row.full_us;
        grants.push_back(decide(wish, row, found.now_us));
        if (grants.back().permits > 0) {
            holdings.push_back({wish.key, wish.held + grants.back().permits});
        }
        if (row.full_us != full_us) {
            buckets.push_back(&wish);
        }
    }
    write_permits(session, schema, worker, lease_s, holdings);
    write_buckets(session, schema, buckets, found);
    return grants;
}

} // namespace

std::vector<PermitGrant> acquire_permits(
    mysql::Pool& pool,
    Deadline deadline,
    const QueueSchema& schema,
    std::uint64_t worker,
    std::int64_t lease_s,
    const std::vector<PermitWish>& wishes
) {
    if (wishes.empty()) {
        return {};
    }
    return mysql::with_transaction(pool, deadline, [&](mysql::Transaction& transaction) {
        return grant_all(transaction, schema, worker, lease_s, wishes);
    });
}

} // namespace bgerp::queue
