#include "tenant_db/queue/pause.hpp"

#include "base/utf8.hpp"

namespace bgerp::queue {

namespace {

constexpr std::size_t name_characters_max = 255;
constexpr std::size_t kind_bytes_max = 180; // a paused kind names a limit (rules.hpp)
constexpr std::chrono::seconds duration_max = std::chrono::hours(24 * 366 * 10);

Result<void> check(const PauseTarget& target, std::optional<std::chrono::seconds> duration) {
    const bool all = target.scope == PauseScope::all;
    if (all != target.name.empty() || utf8_error_at(target.name) ||
        utf8_length(target.name) > name_characters_max ||
        (target.scope == PauseScope::kind && target.name.size() > kind_bytes_max)) {
        return fail(
            ErrorCode::invalid_argument,
            std::string(
                all ? "all has no name"
                    : "a queue's name has 1 to 255 characters, a kind's 1 to 180 bytes"
            ),
            scope_name(target.scope)
        );
    }
    if (duration && (duration->count() < 1 || *duration > duration_max)) {
        return fail(
            ErrorCode::invalid_argument,
            "a pause lasts between a second and ten years",
            "for"
        );
    }
    return {};
}

// Those that are over: nobody has to end them.
void forget_expired(mysql::Session& session, const QueueSchema& schema) {
    session.execute( // a tiny table
        "DELETE FROM " + schema("queue_pause") + " WHERE resume_at <= UNIX_TIMESTAMP()"
    );
}

} // namespace

const char* scope_name(PauseScope scope) {
    switch (scope) {
    case PauseScope::kind:
        return "kind";
    case PauseScope::all:
        return "all";
    case PauseScope::queue:
        break;
    }
    return "queue";
}

Result<PauseScope> parse_scope(const std::string& name) {
    for (const PauseScope scope : {PauseScope::queue, PauseScope::kind, PauseScope::all}) {
        if (name == scope_name(scope)) {
            return scope;
        }
    }
    return fail(ErrorCode::invalid_argument, "scope is queue, kind or all", "scope");
}

Result<void> pause(
    mysql::Session& session,
    const QueueSchema& schema,
    const PauseTarget& target,
    std::optional<std::chrono::seconds> duration
) {
    if (Result<void> checked = check(target, duration); !checked) {
        return checked;
    }
    forget_expired(session, schema);
    session.execute( // PRIMARY (scope, queue)
        "INSERT INTO " + schema("queue_pause") +
            " (scope, queue, resume_at) VALUES (?, ?, UNIX_TIMESTAMP() + ?)"
            " ON DUPLICATE KEY UPDATE resume_at = VALUES(resume_at)",
        {scope_name(target.scope),
         target.name,
         duration ? mysql::Param(duration->count()) : mysql::Param(nullptr)}
    );
    return {};
}

void resume(mysql::Session& session, const QueueSchema& schema, const PauseTarget& target) {
    session.execute(
        "DELETE FROM " + schema("queue_pause") + " WHERE scope = ? AND queue = ?",
        {scope_name(target.scope), target.name}
    );
    forget_expired(session, schema);
}

std::vector<Pause> pauses(mysql::Session& session, const QueueSchema& schema) {
    std::vector<Pause> all;
    session.query( // the whole of a tiny table, along PRIMARY; sessions are in UTC
        "SELECT scope, queue, DATE_FORMAT(paused_at, '%Y-%m-%dT%H:%i:%sZ'),"
        " DATE_FORMAT(FROM_UNIXTIME(resume_at), '%Y-%m-%dT%H:%i:%sZ') FROM " +
            schema("queue_pause") +
            " WHERE resume_at IS NULL OR resume_at > UNIX_TIMESTAMP()"
            " ORDER BY scope, queue LIMIT 1000",
        {},
        [&](const mysql::Row& row) {
            all.push_back(
                {{parse_scope(row.text(0)).value_or(PauseScope::queue), row.text(1)},
                 row.text(2),
                 row.optional_text(3)}
            );
        }
    );
    return all;
}

Json pause_to_json(const Pause& pause) {
    return {
        {"scope", scope_name(pause.target.scope)},
        {"name", pause.target.name.empty() ? Json() : Json(pause.target.name)},
        {"paused_at", pause.paused_at},
        {"resume_at", pause.resume_at ? Json(*pause.resume_at) : Json()}};
}

std::vector<std::string> paused_queues(mysql::Session& session, const QueueSchema& schema) {
    std::vector<std::string> queues;
    for (Pause& pause : pauses(session, schema)) {
        if (pause.target.scope == PauseScope::queue) {
            queues.push_back(std::move(pause.target.name));
        }
    }
    return queues;
}

} // namespace bgerp::queue
