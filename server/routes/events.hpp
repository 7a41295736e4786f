// What happens to a tenant's jobs, as server-sent events. An answer is a piece of the stream: it
// comes as soon as there is something, or after the wait, and ends; an EventSource then asks for
// the next piece with Last-Event-ID by itself. So a follower who waits holds no thread, no
// connection to the database and no buffer, and one who reads slowly is cut off like any other slow
// client. Blocking, a short look at a time.
#pragma once

#include "server/middleware/call.hpp"

#include <array>

namespace bgerp::server {

inline constexpr std::array event_query{
    QueryParam{"kind", "of this kind of job alone"},
    QueryParam{"queue", "of this queue alone"},
    QueryParam{"uuid", "of this job alone"},
    QueryParam{"after", "beyond this id, where Last-Event-ID isn't sent; without both: new ones"},
    QueryParam{"wait", "seconds until an empty answer, 0 to 60; 25"},
};

/// GET /events
[[nodiscard]] Result<http::Response> follow_events(Call& call);

} // namespace bgerp::server
