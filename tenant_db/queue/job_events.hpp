// What happened to a tenant's tracked jobs, in order, for those who follow: enqueued, started,
// completed, failed, retried, released, cancelled, and pauses and alerts beginning and ending. The
// database itself writes the events, in the transactions of what they are about, where the
// organization has them switched on (docs/adr/0005); here they are read and removed. Blocking.
#pragma once

#include "base/json.hpp"
#include "base/mysql/pool.hpp"
#include "tenant_db/queue/schema.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace bgerp::queue {

struct JobEvent {
    std::uint64_t id = 0;
    std::string at; // RFC 3339 in UTC
    std::string event;
    std::string uuid;
    std::string kind;
    std::string queue;
    std::int64_t attempt = 0;
    std::string detail; // a pause's scope, an alert's name
};

/// {"id","at","event","uuid","kind","queue","attempt","detail"}; what is empty is null.
[[nodiscard]] Json event_to_json(const JobEvent& event);

/// What is empty selects all.
struct EventFilter {
    std::string kind;
    std::string queue;
    std::string uuid;
};

struct EventPage {
    std::vector<JobEvent> events;
    std::uint64_t next_after = 0; // for the next page
    bool more = false;            // there is one already
};

[[nodiscard]] bool events_are_on(mysql::Session& session, const QueueSchema& schema);

/// Events beyond `after` in the order of their ids, each once: ids are given before a commit, so
/// where one is missing the page ends there, until whoever took it has surely ended. Looks at no
/// more than `limit` rows (1,000). Locks nothing.
[[nodiscard]] EventPage read_events(
    mysql::Session& session,
    const QueueSchema& schema,
    std::uint64_t after,
    const EventFilter& filter,
    std::size_t limit
);

/// The newest id there is: where somebody begins who wants what is new.
[[nodiscard]] std::uint64_t newest_event(mysql::Session& session, const QueueSchema& schema);

/// Writes an event of others than jobs, if events are on: "alert_began", "alert_ended".
void note_event(
    mysql::Session& session,
    const QueueSchema& schema,
    const std::string& event,
    const std::string& queue,
    const std::string& detail
);

/// Removes events older than `hours`, in steps. Returns how many.
std::size_t
prune_events(mysql::Pool& pool, Deadline deadline, const QueueSchema& schema, std::int64_t hours);

} // namespace bgerp::queue
