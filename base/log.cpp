#include "base/log.hpp"

#include "base/json.hpp"

#include <spdlog/logger.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <memory>

namespace bgerp {

namespace {

struct ScopedField {
    std::string key;
    std::string value;
};

std::vector<ScopedField>& scoped_fields() {
    thread_local std::vector<ScopedField> fields;
    return fields;
}

struct Output {
    std::shared_ptr<spdlog::logger> logger;
    LogFormat format = LogFormat::text;
};

// The process's one log: what every thread writes to, set up once by main.
Output& output() {
    static Output current = [] {
        Output initial;
        initial.logger = std::make_shared<spdlog::logger>(
            "bgerp",
            std::make_shared<spdlog::sinks::stderr_sink_mt>()
        );
        initial.logger->set_pattern(
            "%Y-%m-%dT%H:%M:%S.%eZ %^%l%$ %v",
            spdlog::pattern_time_type::utc
        );
        initial.logger->set_level(spdlog::level::warn);
        return initial;
    }();
    return current;
}

spdlog::level::level_enum spdlog_level(LogLevel level) {
    switch (level) {
    case LogLevel::debug:
        return spdlog::level::debug;
    case LogLevel::info:
        return spdlog::level::info;
    case LogLevel::warn:
        return spdlog::level::warn;
    case LogLevel::error:
        return spdlog::level::err;
    }
    return spdlog::level::err;
}

std::string as_text(std::string_view event, std::initializer_list<LogField> fields) {
    std::string line(event);
    const auto append = [&line](std::string_view key, const std::string& value) {
        line.append(" ").append(key).append("=");
        const bool plain = !value.empty() && value.find_first_of(" \"\n\r\t=") == std::string::npos;
        line.append(plain ? value : to_text(Json(value)));
    };
    for (const ScopedField& field : scoped_fields()) {
        append(field.key, field.value);
    }
    for (const LogField& field : fields) {
        append(field.key, field.value);
    }
    return line;
}

// The inside of the JSON object; the pattern adds time and level around it.
std::string as_json(std::string_view event, std::initializer_list<LogField> fields) {
    Json line = Json::object();
    line["event"] = event;
    for (const ScopedField& field : scoped_fields()) {
        line[field.key] = field.value;
    }
    for (const LogField& field : fields) {
        line[std::string(field.key)] = field.value;
    }
    return to_text(line).substr(1);
}

} // namespace

void configure_log(LogLevel level, LogFormat format, const std::string& file) {
    Output next;
    next.format = format;
    std::shared_ptr<spdlog::sinks::sink> sink;
    if (file.empty()) {
        sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    } else {
        sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(file);
    }
    next.logger = std::make_shared<spdlog::logger>("bgerp", sink);
    next.logger->set_level(spdlog_level(level));
    next.logger->flush_on(spdlog::level::info);
    next.logger->set_pattern(
        format == LogFormat::json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v)"
                                  : "%Y-%m-%dT%H:%M:%S.%eZ %^%l%$ %v",
        spdlog::pattern_time_type::utc
    );
    output() = std::move(next);
}

void log_event(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
    const Output& out = output();
    const auto mapped = spdlog_level(level);
    if (!out.logger->should_log(mapped)) {
        return;
    }
    const std::string line =
        out.format == LogFormat::json ? as_json(event, fields) : as_text(event, fields);
    out.logger->log(mapped, spdlog::string_view_t(line));
}

LogScope::LogScope(std::string_view key, std::string value) {
    scoped_fields().push_back({std::string(key), std::move(value)});
}

LogScope::~LogScope() {
    scoped_fields().pop_back();
}

} // namespace bgerp
