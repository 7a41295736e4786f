#include "tenant_db/queue/limit.hpp"

#include "base/utf8.hpp"

namespace bgerp::queue {

namespace {

constexpr std::size_t name_characters_max = 190;
constexpr std::size_t column_characters_max = 255;
constexpr std::int64_t count_max = 1'000'000;
constexpr std::int64_t period_s_max = 366LL * 24 * 3600;
constexpr std::int64_t burst_s_max = 10 * period_s_max;
constexpr std::int64_t limits_max = 100; // each is compared with each job
constexpr std::int64_t keys_max = 1000;

bool within(std::int64_t value, std::int64_t least, std::int64_t most) {
    return value >= least && value <= most;
}

bool fits(const std::string& text, std::size_t characters_max) {
    return !utf8_error_at(text) && utf8_length(text) <= characters_max;
}

bool is_alphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

tl::unexpected<Error> wrong(const char* field, const std::string& message) {
    return fail(ErrorCode::invalid_argument, message, field);
}

Result<void> check_by(const std::string& by) {
    if (by.empty() || by == by_limit_key) {
        return {};
    }
    if (by.front() != '/' || !fits(by, column_characters_max)) {
        return wrong("by", "by is 'key' or a JSON pointer into the arguments, such as /customer");
    }
    try {
        static_cast<void>(Json::json_pointer(by));
    } catch (const Json::exception&) {
        return wrong("by", "by is no JSON pointer");
    }
    return {};
}

Result<void> check_numbers(const Limit& limit) {
    if (limit.concurrency && !within(*limit.concurrency, 0, count_max)) {
        return wrong("concurrency", "concurrency is between 0 and 1000000");
    }
    if (!within(limit.rate, 0, count_max)) {
        return wrong("rate", "rate is between 1 and 1000000");
    }
    if (!within(limit.period_s, 1, period_s_max)) {
        return wrong("period", "a period is between a second and a year");
    }
    if (!within(limit.burst, 0, count_max)) {
        return wrong("burst", "burst is between 1 and 1000000");
    }
    // What a bucket's time is counted in must hold a burst of the slowest rate.
    if (limit.rate > 0 && limit.burst * limit.period_s / limit.rate > burst_s_max) {
        return wrong("burst", "a burst is at most what ten years bring");
    }
    const BreakerRule& breaker = limit.breaker;
    if (!within(breaker.failures, 0, count_max)) {
        return wrong("breaker_failures", "failures are between 1 and 1000000");
    }
    if (!within(breaker.window_s, 1, period_s_max) || !within(breaker.open_s, 1, period_s_max)) {
        return wrong("breaker_window", "a breaker's times are between a second and a year");
    }
    return {};
}

Limit limit_at(const mysql::Row& row) {
    Limit limit;
    limit.name = row.text(0);
    limit.kind = row.text(1);
    limit.queue = row.text(2);
    limit.by = row.text(3);
    limit.concurrency = row.optional_i64(4);
    limit.rate = row.i64(5);
    limit.period_s = row.i64(6);
    limit.burst = row.i64(7);
    limit.breaker = {row.i64(8), row.i64(9), row.i64(10)};
    return limit;
}

} // namespace

Result<void> check_limit(const Limit& limit) {
    if (limit.name.empty() || !is_alphanumeric(limit.name.front()) ||
        !fits(limit.name, name_characters_max)) {
        return wrong(
            "name",
            "a limit's name begins with a letter or digit; 190 characters at most"
        );
    }
    if (!fits(limit.kind, column_characters_max)) {
        return wrong("kind", "a kind has at most 255 characters");
    }
    if (!fits(limit.queue, column_characters_max)) {
        return wrong("queue", "a queue's name has at most 255 characters");
    }
    if (!limit.concurrency && limit.rate == 0 && limit.breaker.failures == 0) {
        return wrong("concurrency", "a limit needs a concurrency, a rate or a breaker");
    }
    if (Result<void> by = check_by(limit.by); !by) {
        return by;
    }
    return check_numbers(limit);
}

Result<void> set_limit(mysql::Session& session, const QueueSchema& schema, const Limit& limit) {
    if (Result<void> checked = check_limit(limit); !checked) {
        return checked;
    }
    const auto others = session.query_one( // a tiny table, along PRIMARY
        "SELECT COUNT(*) FROM " + schema("job_limit") + " WHERE name <> ?",
        {limit.name},
        [](const mysql::Row& row) { return row.i64(0); }
    );
    if (others.value_or(0) >= limits_max) {
        return fail(ErrorCode::conflict, "an organization has at most 100 limits");
    }
    session.execute( // PRIMARY (name)
        "INSERT INTO " + schema("job_limit") +
            " (name, kind, queue, key_by, concurrency, rate, period_s, burst, breaker_failures,"
            " breaker_window_s, breaker_open_s) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " ON DUPLICATE KEY UPDATE kind = VALUES(kind), queue = VALUES(queue),"
            " key_by = VALUES(key_by), concurrency = VALUES(concurrency), rate = VALUES(rate),"
            " period_s = VALUES(period_s), burst = VALUES(burst),"
            " breaker_failures = VALUES(breaker_failures),"
            " breaker_window_s = VALUES(breaker_window_s), breaker_open_s = VALUES(breaker_open_s)",
        {limit.name,
         limit.kind,
         limit.queue,
         limit.by,
         limit.concurrency,
         limit.rate,
         limit.period_s,
         limit.burst,
         limit.breaker.failures,
         limit.breaker.window_s,
         limit.breaker.open_s}
    );
    return {};
}

Result<void>
remove_limit(mysql::Session& session, const QueueSchema& schema, const std::string& name) {
    if (session.execute("DELETE FROM " + schema("job_limit") + " WHERE name = ?", {name}) == 0) {
        return fail(ErrorCode::not_found, "there is no limit of this name", "name");
    }
    return {};
}

std::vector<Limit> limits(mysql::Session& session, const QueueSchema& schema) {
    std::vector<Limit> all;
    session.query(
        "SELECT name, kind, queue, key_by, concurrency, rate, period_s, burst, breaker_failures,"
        " breaker_window_s, breaker_open_s FROM " +
            schema("job_limit") + " ORDER BY name LIMIT 1000",
        {},
        [&](const mysql::Row& row) { all.push_back(limit_at(row)); }
    );
    return all;
}

Json limit_to_json(const Limit& limit) {
    return {
        {"name", limit.name},
        {"kind", limit.kind.empty() ? Json() : Json(limit.kind)},
        {"queue", limit.queue.empty() ? Json() : Json(limit.queue)},
        {"by", limit.by.empty() ? Json() : Json(limit.by)},
        {"concurrency", limit.concurrency ? Json(*limit.concurrency) : Json()},
        {"rate", limit.rate > 0 ? Json(limit.rate) : Json()},
        {"period_s", limit.rate > 0 ? Json(limit.period_s) : Json()},
        {"burst", limit.rate > 0 ? Json(limit.burst > 0 ? limit.burst : limit.rate) : Json()},
        {"breaker",
         limit.breaker.failures > 0 ? Json{
                                          {"failures", limit.breaker.failures},
                                          {"window_s", limit.breaker.window_s},
                                          {"open_s", limit.breaker.open_s}}
                                    : Json()}};
}

std::vector<KeyUse>
limit_use(mysql::Session& session, const QueueSchema& schema, const std::string& name) {
    std::vector<KeyUse> keys;
    // No locks. limit_key is scanned for the name: as long as the keys of the last hour; the two
    // subqueries go by the keys' own PRIMARY.
    session.query(
        "SELECT k.key_text,"
        " (SELECT COALESCE(SUM(p.permits), 0) FROM " +
            schema("limit_permit") +
            " p WHERE p.key_hash = k.key_hash AND p.leased_until >= UNIX_TIMESTAMP()),"
            " IF(k.watch & 1, (SELECT COUNT(*) FROM " +
            schema("job_blocked") +
            " b WHERE b.key_hash = k.key_hash), 0),"
            " CASE WHEN k.watch & 2 = 0 THEN 'closed'"
            " WHEN k.open_until > UNIX_TIMESTAMP() THEN 'open' ELSE 'half_open' END FROM " +
            schema("limit_key") +
            " k WHERE k.limit_name = ? ORDER BY k.watch DESC, k.key_text LIMIT ?",
        {name, keys_max},
        [&](const mysql::Row& row) {
            keys.push_back({name, row.text(0), row.i64(1), row.i64(2), row.text(3)});
        }
    );
    return keys;
}

std::uint64_t
reset_breaker(mysql::Session& session, const QueueSchema& schema, const std::string& name) {
    return session.execute(
        "UPDATE " + schema("limit_key") +
            " SET watch = watch & ~2, failures = 0, open_until = 0"
            " WHERE limit_name = ? AND watch & 2",
        {name}
    );
}

} // namespace bgerp::queue
