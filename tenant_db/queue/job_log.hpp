// Lines that a tracked job leaves for people, kept with its record: the newest 16,000 characters.
// Blocking where a session is passed.
#pragma once

#include "base/json.hpp"
#include "base/mysql/session.hpp"
#include "tenant_db/queue/job.hpp"
#include "tenant_db/queue/schema.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace bgerp::queue {

/// `text` as one line of a log: without control characters, at most 500 bytes.
[[nodiscard]] std::string log_line(std::string_view text);

/// Appends lines (of log_line) while the job is its holder's; nothing happens otherwise.
void append_log(
    mysql::Session& session,
    const QueueSchema& schema,
    const ReservedJob& job,
    const std::string& uuid,
    const std::vector<std::string>& lines
);

/// [{"at","attempt","line"}], oldest first.
[[nodiscard]] Json read_log(const std::string& stored);

} // namespace bgerp::queue
