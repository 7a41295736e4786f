#include "tenant_db/queue/job_log.hpp"

#include "base/utf8.hpp"
#include "tenant_db/queue/fence_groups.hpp"
#include "tenant_db/queue/run_record.hpp"

#include <charconv>
#include <ctime>

namespace bgerp::queue {

namespace {

constexpr std::size_t line_bytes_max = 500;
constexpr std::size_t log_characters_max = 16'000;

// Stands where the database puts its time; no line has it.
constexpr std::string_view time_mark = "\x02";

std::string rfc3339(std::int64_t seconds) {
    const std::time_t time = seconds;
    std::tm parts{};
    if (gmtime_r(&time, &parts) == nullptr) {
        return {};
    }
    char text[32] = {};
    const std::size_t size = std::strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &parts);
    return {text, size};
}

// A number up to the next blank, which goes with it.
std::int64_t take_number(std::string_view& text) {
    std::int64_t number = 0;
    const char* const end = text.data() + text.size();
    const char* const after = std::from_chars(text.data(), end, number).ptr;
    text.remove_prefix(static_cast<std::size_t>(after - text.data()));
    text.remove_prefix(text.starts_with(' ') ? 1 : 0);
    return number;
}

} // namespace

std::string log_line(std::string_view text) {
    std::string line = storable(text, line_bytes_max);
    for (char& c : line) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7f) {
            c = ' ';
        }
    }
    return line;
}

void append_log(
    mysql::Session& session,
    const QueueSchema& schema,
    const ReservedJob& job,
    const std::string& uuid,
    const std::vector<std::string>& lines
) {
    std::string text;
    for (const std::string& line : lines) {
        text.append(time_mark).append(" ").append(std::to_string(job.fence.attempts));
        text.append(" ").append(line).append("\n");
    }
    mysql::Params params{text, time_mark, log_characters_max, uuid};
    bind_fence(params, job);
    // job_run's PRIMARY, one row, exclusive; jobs is read without a lock (READ COMMITTED).
    execute_if_held(
        session,
        schema,
        job,
        "UPDATE " + schema("job_run") +
            " SET log = RIGHT(CONCAT(COALESCE(log, ''), REPLACE(?, ?, UNIX_TIMESTAMP())), ?)"
            " WHERE uuid = ? AND EXISTS (SELECT 1 FROM " +
            schema("jobs") + " FORCE INDEX (PRIMARY) WHERE " + fence_condition + ")",
        params
    );
}

Json read_log(const std::string& stored) {
    Json lines = Json::array();
    std::string_view rest = stored;
    if (utf8_length(rest) >= log_characters_max) { // its first line lost its beginning
        rest.remove_prefix(std::min(rest.find('\n'), rest.size() - 1) + 1);
    }
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        std::string_view line = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        const std::int64_t at = take_number(line);
        const std::int64_t attempt = take_number(line);
        lines.push_back({{"at", rfc3339(at)}, {"attempt", attempt}, {"line", std::string(line)}});
    }
    return lines;
}

} // namespace bgerp::queue
