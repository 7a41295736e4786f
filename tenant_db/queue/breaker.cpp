#include "tenant_db/queue/permits.hpp"

namespace bgerp::queue {

namespace {

constexpr std::int64_t keep_s = 3600;
constexpr std::int64_t prune_rows_max = 1000;

} // namespace

// One row by PRIMARY, exclusive. The assignments are made from left to right, each seeing the
// values of those before it: the breaker opens when this failure was one too many, or was that of
// the job let through after the open time.
BreakerPhase note_failure(
    mysql::Session& session,
    const QueueSchema& schema,
    std::uint64_t key,
    const Limit& limit,
    const std::string& text
) {
    session.execute(
        "INSERT INTO " + schema("limit_key") +
            " (key_hash, limit_name, key_text, failures, window_at, open_until, watch, used_at)"
            " VALUES (?, ?, ?, 1, UNIX_TIMESTAMP(), IF(? = 1, UNIX_TIMESTAMP() + ?, 0),"
            " IF(? = 1, 2, 0), UNIX_TIMESTAMP())"
            " ON DUPLICATE KEY UPDATE"
            " failures = IF(window_at + ? < UNIX_TIMESTAMP(), 1, failures + 1),"
            " window_at = IF(failures = 1, UNIX_TIMESTAMP(), window_at),"
            " open_until = IF((watch & 2 = 2 AND open_until <= UNIX_TIMESTAMP())"
            " OR (watch & 2 = 0 AND failures >= ?), UNIX_TIMESTAMP() + ?, open_until),"
            " watch = IF(open_until > UNIX_TIMESTAMP(), watch | 2, watch),"
            " used_at = UNIX_TIMESTAMP()",
        {key,
         limit.name,
         text,
         limit.breaker.failures,
         limit.breaker.open_s,
         limit.breaker.failures,
         limit.breaker.window_s,
         limit.breaker.failures,
         limit.breaker.open_s}
    );
    return session
        .query_one(
            "SELECT watch & 2, open_until > UNIX_TIMESTAMP() FROM " + schema("limit_key") +
                " WHERE key_hash = ?",
            {key},
            [](const mysql::Row& row) {
                if (row.i64(0) == 0) {
                    return BreakerPhase::closed;
                }
                return row.i64(1) != 0 ? BreakerPhase::open : BreakerPhase::half_open;
            }
        )
        .value_or(BreakerPhase::closed);
}

// Only a breaker whose open time is over is closed: a late success of a job begun before it opened
// says nothing.
void note_success(mysql::Session& session, const QueueSchema& schema, std::uint64_t key) {
    session.execute(
        "UPDATE " + schema("limit_key") +
            " SET watch = watch & ~2, failures = 0, open_until = 0"
            " WHERE key_hash = ? AND watch & 2 = 2 AND open_until <= UNIX_TIMESTAMP()",
        {key}
    );
}

std::size_t prune_limit_keys(mysql::Session& session, const QueueSchema& schema) {
    session.execute( // a scan of PRIMARY: a row for each key in some worker's hands
        "DELETE FROM " + schema("limit_permit") +
            " WHERE leased_until < UNIX_TIMESTAMP() - ? LIMIT ?",
        {keep_s, prune_rows_max}
    );
    // KEY limit_key_watch (watch, used_at). A key that is pruned while it is in use comes back as
    // new, and its permits are rows of their own.
    return session.execute(
        "DELETE FROM " + schema("limit_key") +
            " WHERE watch = 0 AND used_at < UNIX_TIMESTAMP() - ?"
            " AND full_us < CAST(UNIX_TIMESTAMP(NOW(6)) * 1000000 AS SIGNED)"
            " AND window_at < UNIX_TIMESTAMP() - ? LIMIT ?",
        {keep_s, keep_s, prune_rows_max}
    );
}

} // namespace bgerp::queue
