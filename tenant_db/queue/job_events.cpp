#include "tenant_db/queue/job_events.hpp"

#include <algorithm>

namespace bgerp::queue {

namespace {

constexpr std::size_t page_max = 1000;

// A transaction that has taken an id ends within this: its last statements, and the time that they
// may wait for locks (database.lock_wait_timeout_s).
constexpr std::int64_t gap_patience_s = 15;

bool passes(const EventFilter& filter, const JobEvent& event) {
    const auto fits = [](const std::string& wanted, const std::string& is) {
        return wanted.empty() || wanted == is;
    };
    return fits(filter.kind, event.kind) && fits(filter.queue, event.queue) &&
           fits(filter.uuid, event.uuid);
}

} // namespace

Json event_to_json(const JobEvent& event) {
    const auto or_null = [](const std::string& text) { return text.empty() ? Json() : Json(text); };
    return {
        {"id", event.id},
        {"at", event.at},
        {"event", event.event},
        {"uuid", or_null(event.uuid)},
        {"kind", or_null(event.kind)},
        {"queue", or_null(event.queue)},
        {"attempt", event.uuid.empty() ? Json() : Json(event.attempt)},
        {"detail", or_null(event.detail)}};
}

bool events_are_on(mysql::Session& session, const QueueSchema& schema) {
    return session
        .query_one(
            "SELECT 1 FROM " + schema("job_event_switch") + " LIMIT 1",
            {},
            [](const mysql::Row& row) { return row.i64(0); }
        )
        .has_value();
}

EventPage read_events(
    mysql::Session& session,
    const QueueSchema& schema,
    std::uint64_t after,
    const EventFilter& filter,
    std::size_t limit
) {
    EventPage page;
    page.next_after = after;
    const std::size_t at_most = std::min(limit, page_max);
    std::size_t rows = 0;
    bool stopped = false;
    session.query( // along PRIMARY (id)
        "SELECT id, DATE_FORMAT(FROM_UNIXTIME(at), '%Y-%m-%dT%H:%i:%sZ'), event, uuid, kind, queue,"
        " attempt, detail, CAST(UNIX_TIMESTAMP() AS SIGNED) - at, @@auto_increment_increment "
        "FROM " +
            schema("job_event") + " FORCE INDEX (PRIMARY) WHERE id > ? ORDER BY id LIMIT ?",
        {after, at_most},
        [&](const mysql::Row& row) {
            ++rows;
            const std::uint64_t id = row.u64(0);
            const bool gap = page.next_after > 0 && id - page.next_after > row.u64(9);
            stopped = stopped || (gap && row.i64(8) < gap_patience_s);
            if (stopped) {
                return;
            }
            page.next_after = id;
            JobEvent event{
                id,
                row.text(1),
                row.text(2),
                row.text(3),
                row.text(4),
                row.text(5),
                row.i64(6),
                row.text(7)};
            if (passes(filter, event)) {
                page.events.push_back(std::move(event));
            }
        }
    );
    page.more = rows == at_most && !stopped;
    return page;
}

std::uint64_t newest_event(mysql::Session& session, const QueueSchema& schema) {
    return session
        .query_one(
            "SELECT id FROM " + schema("job_event") + " ORDER BY id DESC LIMIT 1",
            {},
            [](const mysql::Row& row) { return row.u64(0); }
        )
        .value_or(0);
}

void note_event(
    mysql::Session& session,
    const QueueSchema& schema,
    const std::string& event,
    const std::string& queue,
    const std::string& detail
) {
    session.execute(
        "INSERT INTO " + schema("job_event") +
            " (at, event, queue, detail) SELECT UNIX_TIMESTAMP(), ?, ?, ? FROM " +
            schema("job_event_switch"),
        {event, queue, detail}
    );
}

std::size_t
prune_events(mysql::Pool& pool, Deadline deadline, const QueueSchema& schema, std::int64_t hours) {
    constexpr std::int64_t hour_s = 3600;
    std::size_t pruned = 0;
    for (;;) {
        // Ids and times rise together, near enough: a page from the start of PRIMARY (id).
        std::size_t old = 0;
        std::uint64_t last = 0;
        const auto connection = pool.acquire(deadline);
        connection->query(
            "SELECT id, at <= UNIX_TIMESTAMP() - ? FROM " + schema("job_event") +
                " FORCE INDEX (PRIMARY) ORDER BY id LIMIT ?",
            {hours * hour_s, page_max},
            [&](const mysql::Row& row) {
                if (row.i64(1) != 0) {
                    ++old;
                    last = row.u64(0);
                }
            }
        );
        if (old > 0) {
            pruned += connection->execute(
                "DELETE FROM " + schema("job_event") +
                    " WHERE id <= ? AND at <= UNIX_TIMESTAMP() - ?",
                {last, hours * hour_s}
            );
        }
        if (old < page_max) {
            return pruned;
        }
    }
}

} // namespace bgerp::queue
