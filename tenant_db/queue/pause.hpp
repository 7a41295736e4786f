// What is paused in an organization: queues, kinds of job, or everything, for ever or until a time
// by the database's clock. Paused jobs stay where they are, may be added to, and aren't begun until
// they are resumed; those of a paused kind are held back (parking.hpp), so that they don't stand in
// the way. Workers notice within a sweep; what they have begun goes on. Used by the command line,
// the server and, through rules.hpp, the workers. Blocking.
#pragma once

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/mysql/session.hpp"
#include "tenant_db/queue/schema.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace bgerp::queue {

enum class PauseScope { queue, kind, all };

struct PauseTarget {
    PauseScope scope = PauseScope::queue;
    std::string name; // empty with `all`
};

/// "queue", "kind" or "all".
[[nodiscard]] const char* scope_name(PauseScope scope);
[[nodiscard]] Result<PauseScope> parse_scope(const std::string& name);

/// Pauses for `duration`, or until resumed. Repeating it sets the end anew. invalid_argument for a
/// name that nothing can have, and for a duration of less than a second or more than ten years.
[[nodiscard]] Result<void> pause(
    mysql::Session& session,
    const QueueSchema& schema,
    const PauseTarget& target,
    std::optional<std::chrono::seconds> duration
);

/// Nothing happens when it isn't paused. Ring the doorbell afterwards.
void resume(mysql::Session& session, const QueueSchema& schema, const PauseTarget& target);

/// A pause that isn't over. Times as RFC 3339 in UTC.
struct Pause {
    PauseTarget target;
    std::string paused_at;
    std::optional<std::string> resume_at;
};

/// By scope and name, at most 1,000.
[[nodiscard]] std::vector<Pause> pauses(mysql::Session& session, const QueueSchema& schema);

[[nodiscard]] Json pause_to_json(const Pause& pause);

/// The queues among them.
[[nodiscard]] std::vector<std::string>
paused_queues(mysql::Session& session, const QueueSchema& schema);

} // namespace bgerp::queue
