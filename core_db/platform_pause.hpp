// One switch for all jobs of all organizations: while it is set, workers begin none. It ends when
// somebody ends it or, by the database's clock, at its time. Used by the command line and the
// workers' look into the directory. Blocking.
#pragma once

#include "base/error.hpp"
#include "base/mysql/session.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace bgerp::core_db {

/// Times as RFC 3339 in UTC.
struct PlatformPause {
    std::string paused_at;
    std::optional<std::string> resume_at;
};

/// Repeating it sets the end anew. invalid_argument for a duration of less than a second or more
/// than ten years.
[[nodiscard]] Result<void>
pause_platform(mysql::Session& session, std::optional<std::chrono::seconds> duration);

void resume_platform(mysql::Session& session);

/// The pause, if there is one that isn't over.
[[nodiscard]] std::optional<PlatformPause> platform_pause(mysql::Session& session);

} // namespace bgerp::core_db
