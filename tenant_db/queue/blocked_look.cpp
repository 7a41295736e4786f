// Finding, locking and deleting rows of job_blocked.

#include "tenant_db/queue/blocked_rows.hpp"
#include "tenant_db/queue/in_list.hpp"
#include "tenant_db/queue/remote_queue.hpp"

#include <algorithm>
#include <unordered_map>

namespace bgerp::queue {

namespace {

constexpr std::int64_t count_max = 65535; // SMALLINT UNSIGNED, as in reserve

ReservedJob job_at(const mysql::Row& row) {
    ReservedJob job;
    job.key = {row.text(2), row.i64(0), row.u64(1)};
    job.payload = row.text(3);
    job.fence.attempts = std::min(row.i64(4) + 1, count_max);
    job.available_at = row.i64(5);
    job.created_at = row.i64(6);
    job.rescues = row.i64(7);
    job.interruptions = row.i64(8);
    job.flags = row.i64(9);
    return job;
}

std::string names(std::size_t count) {
    return " (" + repeated("?", padded(count)) + ")";
}

// Full keys of rows that one statement names.
constexpr std::size_t keys_max = 500;

struct BlockedKey {
    std::uint64_t key = 0;
    std::int64_t priority = 0;
    std::uint64_t id = 0;
};

std::string key_list(std::size_t count) {
    return "(key_hash, priority, id) IN (" + repeated("(?,?,?)", padded(count)) + ")";
}

template <class KeyAt>
mysql::Params key_params(std::size_t count, KeyAt key_at) {
    mysql::Params params;
    params.reserve(3 * padded(count));
    for (std::size_t i = 0; i < padded(count); ++i) {
        const BlockedKey key = key_at(filled(i, count));
        params.insert(params.end(), {key.key, key.priority, key.id});
    }
    return params;
}

// Parts of one UNION: what a server plans in good time.
constexpr std::size_t parts_max = 100;

std::string union_of(const std::string& part, std::size_t count) {
    std::string sql;
    sql.reserve(count * (part.size() + 11));
    for (std::size_t i = 0; i < count; ++i) {
        sql += (i == 0 ? "" : " UNION ALL ") + part;
    }
    return sql;
}

// A QueueFilter as a condition, " AND …", and its values.
class BlockedFilter {
public:
    explicit BlockedFilter(const QueueFilter& filter) {
        std::string any_of;
        if (!filter.only.empty()) {
            any_of = "queue IN" + names(filter.only.size());
            add_padded(params_, filter.only);
        }
        for (const std::string& beginning : filter.only_beginnings) {
            any_of +=
                (any_of.empty() ? "" : " OR ") + std::string("LEFT(queue, CHAR_LENGTH(?)) = ?");
            params_.insert(params_.end(), {beginning, beginning});
        }
        if (!any_of.empty()) {
            text_ = " AND (" + any_of + ")";
        }
        if (!filter.but.empty()) {
            text_ += " AND queue NOT IN" + names(filter.but.size());
            add_padded(params_, filter.but);
        }
        if (filter.but_remote) {
            text_ += std::string(" AND ") + not_a_remote_queue;
        }
    }

    /// The first rows of a key: a prefix of PRIMARY (key_hash, priority, id). Rows of other queues
    /// on the way are looked at, and unlocked if they were locked (READ COMMITTED).
    [[nodiscard]] std::string first_rows(const QueueSchema& schema) const {
        return " FROM " + schema("job_blocked") + " FORCE INDEX (PRIMARY) WHERE key_hash = ?" +
               text_ + " ORDER BY priority, id LIMIT ?";
    }

    void bind(mysql::Params& params, std::uint64_t key, std::size_t limit) const {
        params.emplace_back(key);
        params.insert(params.end(), params_.begin(), params_.end());
        params.emplace_back(limit);
    }

private:
    std::string text_;
    mysql::Params params_;
};

std::vector<ReservedJob> lock_first(
    mysql::Session& session,
    const QueueSchema& schema,
    const TakeWish& wish,
    const BlockedFilter& filter
) {
    mysql::Params params;
    filter.bind(params, wish.key, wish.limit);
    std::vector<ReservedJob> jobs;
    session.query(
        std::string("SELECT ") + shared_columns + filter.first_rows(schema) +
            " FOR UPDATE SKIP LOCKED",
        params,
        [&](const mysql::Row& row) { jobs.push_back(job_at(row)); }
    );
    return jobs;
}

// No locks: a part of a UNION takes none.
std::vector<BlockedKey> first_of_each(
    mysql::Session& session,
    const QueueSchema& schema,
    const std::vector<TakeWish>& wishes,
    const BlockedFilter& filter
) {
    const std::string part = "(SELECT key_hash, priority, id" + filter.first_rows(schema) + ")";
    std::vector<BlockedKey> found;
    for (std::size_t from = 0; from < wishes.size(); from += parts_max) {
        const std::size_t count = std::min(parts_max, wishes.size() - from);
        mysql::Params params;
        for (std::size_t i = 0; i < padded(count); ++i) {
            const TakeWish& wish = wishes[from + filled(i, count)];
            filter.bind(params, wish.key, i < count ? wish.limit : 0);
        }
        session.query(union_of(part, padded(count)), params, [&](const mysql::Row& row) {
            found.push_back({row.u64(0), row.i64(1), row.u64(2)});
        });
    }
    return found;
}

} // namespace

std::vector<TakenJobs> lock_blocked(
    mysql::Session& session,
    const QueueSchema& schema,
    const std::vector<TakeWish>& wishes,
    const QueueFilter& filter
) {
    std::vector<TakenJobs> taken;
    std::unordered_map<std::uint64_t, std::size_t> places;
    for (const TakeWish& wish : wishes) {
        places.emplace(wish.key, taken.size());
        taken.push_back({wish.key, {}, true});
    }
    const BlockedFilter condition(filter);
    if (wishes.size() == 1) {
        taken.front().jobs = lock_first(session, schema, wishes.front(), condition);
        return taken;
    }
    const std::vector<BlockedKey> found = first_of_each(session, schema, wishes, condition);
    for (std::size_t from = 0; from < found.size(); from += keys_max) {
        const std::size_t count = std::min(keys_max, found.size() - from);
        session.query(
            "SELECT " + std::string(shared_columns) + ", key_hash FROM " + schema("job_blocked") +
                " FORCE INDEX (PRIMARY) WHERE " + key_list(count) +
                " ORDER BY key_hash, priority, id FOR UPDATE SKIP LOCKED",
            key_params(count, [&](std::size_t i) { return found[from + i]; }),
            [&](const mysql::Row& row) {
                taken[places.at(row.u64(10))].jobs.push_back(job_at(row));
            }
        );
    }
    return taken;
}

bool any_parked(
    mysql::Session& session,
    const QueueSchema& schema,
    const std::vector<std::uint64_t>& keys,
    const QueueFilter& filter
) {
    std::vector<TakeWish> one_of_each;
    one_of_each.reserve(keys.size());
    for (const std::uint64_t key : keys) {
        one_of_each.push_back({key, 1});
    }
    return !first_of_each(session, schema, one_of_each, BlockedFilter(filter)).empty();
}

// A prefix of PRIMARY each, stopped at its first row.
std::vector<std::uint64_t> keys_with_blocked(
    mysql::Session& session, const QueueSchema& schema, const std::vector<std::uint64_t>& keys
) {
    const std::string part = "(SELECT key_hash FROM " + schema("job_blocked") +
                             " FORCE INDEX (PRIMARY) WHERE key_hash = ? LIMIT ?)";
    std::vector<std::uint64_t> with;
    for (std::size_t from = 0; from < keys.size(); from += parts_max) {
        const std::size_t count = std::min(parts_max, keys.size() - from);
        mysql::Params params;
        for (std::size_t i = 0; i < padded(count); ++i) {
            params.insert(
                params.end(),
                {keys[from + filled(i, count)], std::int64_t{i < count ? 1 : 0}}
            );
        }
        session.query(union_of(part, padded(count)), params, [&](const mysql::Row& row) {
            with.push_back(row.u64(0));
        });
    }
    return with;
}

// A prefix of PRIMARY (key_hash, priority, id) each.
std::vector<BlockedHead> blocked_heads(
    mysql::Session& session,
    const QueueSchema& schema,
    const std::vector<std::uint64_t>& keys,
    const std::string& queue
) {
    const std::string counts =
        ", COUNT(*), COUNT(IF(queue = ?, 1, NULL)) FROM (SELECT queue FROM " +
        schema("job_blocked") +
        " FORCE INDEX (PRIMARY) WHERE key_hash = ?"
        " ORDER BY priority, id LIMIT ?) AS head)";
    std::vector<BlockedHead> heads(keys.size());
    for (std::size_t from = 0; from < keys.size(); from += parts_max) {
        const std::size_t count = std::min(parts_max, keys.size() - from);
        std::string sql;
        mysql::Params params;
        for (std::size_t i = 0; i < padded(count); ++i) {
            sql += (i == 0 ? "(SELECT " : " UNION ALL (SELECT ") + std::to_string(i) + counts;
            params.emplace_back(queue);
            params.emplace_back(keys[from + filled(i, count)]);
            params.emplace_back(i < count ? blocked_head_rows : std::size_t{0});
        }
        session.query(sql, params, [&](const mysql::Row& row) {
            const auto i = static_cast<std::size_t>(row.i64(0));
            if (i < count) {
                heads[from + i] = {
                    static_cast<std::size_t>(row.i64(1)),
                    static_cast<std::size_t>(row.i64(2))};
            }
        });
    }
    return heads;
}

// The rows are locked already.
void delete_blocked(
    mysql::Session& session, const QueueSchema& schema, const std::vector<BlockedRow>& rows
) {
    for (std::size_t from = 0; from < rows.size(); from += keys_max) {
        const std::size_t count = std::min(keys_max, rows.size() - from);
        session.execute(
            "DELETE " + schema("job_blocked") + " FROM " + schema("job_blocked") +
                " FORCE INDEX (PRIMARY) WHERE " + key_list(count),
            key_params(
                count,
                [&](std::size_t i) {
                    const BlockedRow& row = rows[from + i];
                    return BlockedKey{row.key, row.job->key.priority, row.job->key.id};
                }
            )
        );
    }
}

} // namespace bgerp::queue
