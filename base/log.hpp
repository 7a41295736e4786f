// Structured log lines through spdlog, as text for a terminal or JSON for a collector, one event a
// line. Fields that hold for a stretch of work (tenant, job, request) are set once by a LogScope
// and appear in every line of that thread inside it. Thread-safe; never blocks on anything but
// the output stream. Secrets and personal pay data must never be passed in.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace bgerp {

enum class LogLevel { debug, info, warn, error };

enum class LogFormat { text, json };

struct LogField {
    std::string_view key;
    std::string value;
};

/// Sends log lines to standard error, or appends them to `file` when it is not empty. Before the
/// first call lines of level warn and above go to standard error as text.
void configure_log(LogLevel level, LogFormat format, const std::string& file = {});

/// One line. `event` is a short constant sentence that can be searched for; what varies is a field.
void log_event(LogLevel level, std::string_view event, std::initializer_list<LogField> fields = {});

inline void log_debug(std::string_view event, std::initializer_list<LogField> fields = {}) {
    log_event(LogLevel::debug, event, fields);
}

inline void log_info(std::string_view event, std::initializer_list<LogField> fields = {}) {
    log_event(LogLevel::info, event, fields);
}

inline void log_warn(std::string_view event, std::initializer_list<LogField> fields = {}) {
    log_event(LogLevel::warn, event, fields);
}

inline void log_error(std::string_view event, std::initializer_list<LogField> fields = {}) {
    log_event(LogLevel::error, event, fields);
}

/// Adds a field to every line of this thread until it goes out of scope. Scopes nest.
class LogScope {
public:
    LogScope(std::string_view key, std::string value);
    LogScope(const LogScope&) = delete;
    LogScope& operator=(const LogScope&) = delete;
    ~LogScope();
};

} // namespace bgerp
