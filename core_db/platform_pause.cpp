#include "core_db/platform_pause.hpp"

namespace bgerp::core_db {

Result<void> pause_platform(mysql::Session& session, std::optional<std::chrono::seconds> duration) {
    constexpr std::chrono::seconds duration_max = std::chrono::hours(24 * 366 * 10);
    if (duration && (duration->count() < 1 || *duration > duration_max)) {
        return fail(
            ErrorCode::invalid_argument,
            "a pause lasts between a second and ten years",
            "for"
        );
    }
    session.execute( // the table has this row or none
        "INSERT INTO platform_pause (id, paused_at, resume_at) VALUES (1, UTC_TIMESTAMP(), "
        "UTC_TIMESTAMP() + INTERVAL ? SECOND) ON DUPLICATE KEY UPDATE "
        "resume_at = VALUES(resume_at)",
        {duration ? mysql::Param(duration->count()) : mysql::Param(nullptr)}
    );
    return {};
}

void resume_platform(mysql::Session& session) {
    session.execute("DELETE FROM platform_pause");
}

std::optional<PlatformPause> platform_pause(mysql::Session& session) {
    return session.query_one(
        "SELECT DATE_FORMAT(paused_at, '%Y-%m-%dT%H:%i:%sZ'), "
        "DATE_FORMAT(resume_at, '%Y-%m-%dT%H:%i:%sZ') FROM platform_pause "
        "WHERE resume_at IS NULL OR resume_at > UTC_TIMESTAMP()",
        {},
        [](const mysql::Row& row) {
            return PlatformPause{row.text(0), row.optional_text(1)};
        }
    );
}

} // namespace bgerp::core_db
