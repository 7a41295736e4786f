#include "base/config_binding.hpp"

#include "base/kind_limits.hpp"

#include <map>

namespace bgerp::config_detail {

namespace {

// In the order of the documentation.

std::vector<Binding> platform_bindings(Config& c) {
    auto& d = c.database;
    auto& s = c.server;
    return {
        {"database", "socket", PathTarget{&d.socket}},
        {"database", "host", &d.host},
        {"database", "port", IntegerTarget{&d.port, 1, 65535}},
        {"database", "data_dir", PathTarget{&d.data_dir}},
        {"database", "core_name", &d.core_name},
        {"database", "admin_user", &d.admin_user},
        {"database", "admin_password_file", PathTarget{&d.admin_password_file}},
        {"database", "tls_ca_file", PathTarget{&d.tls_ca_file}},
        {"database", "connect_timeout_s", IntegerTarget{&d.connect_timeout_s, 1, 300}},
        {"database", "read_timeout_s", IntegerTarget{&d.read_timeout_s, 1, 3600}},
        {"database", "lock_wait_timeout_s", IntegerTarget{&d.lock_wait_timeout_s, 1, 600}},
        {"database", "pool_connections_max", IntegerTarget{&d.pool_connections_max, 1, 1000}},
        {"database", "tenant_pools_max", IntegerTarget{&d.tenant_pools_max, 1, 10000}},
        {"database", "buffer_pool_mib", IntegerTarget{&d.buffer_pool_mib, 16, 1048576}},
        {"database", "connections_max", IntegerTarget{&d.connections_max, 20, 100000}},
        {"security", "master_key_file", PathTarget{&c.security.master_key_file}},
        {"security", "token_days", IntegerTarget{&c.security.token_days, 1, 3650}},
        {"security", "login_attempts_max", IntegerTarget{&c.security.login_attempts_max, 1, 1000}},
        {"storage", "dir", PathTarget{&c.storage.dir}},
        {"storage", "upload_mib_max", IntegerTarget{&c.storage.upload_mib_max, 1, 1048576}},
        {"log", "level", &c.log.level},
        {"log", "format", &c.log.format},
        {"log", "file", PathTarget{&c.log.file}},
        {"server", "listen", &s.listen},
        {"server", "port", IntegerTarget{&s.port, 0, 65535}},
        {"server", "base_domain", &s.base_domain},
        {"server", "network_threads", IntegerTarget{&s.network_threads, 1, 64}},
        {"server", "database_threads", IntegerTarget{&s.database_threads, 1, 256}},
        {"server", "database_queue_max", IntegerTarget{&s.database_queue_max, 1, 100000}},
        {"server", "connections_max", IntegerTarget{&s.connections_max, 1, 1000000}},
        {"server", "header_kib_max", IntegerTarget{&s.header_kib_max, 1, 1024}},
        {"server", "body_kib_max", IntegerTarget{&s.body_kib_max, 1, 65536}},
        {"server", "request_timeout_s", IntegerTarget{&s.request_timeout_s, 1, 3600}},
        {"server", "idle_timeout_s", IntegerTarget{&s.idle_timeout_s, 1, 3600}},
        {"server", "tls_cert_file", PathTarget{&s.tls_cert_file}},
        {"server", "tls_key_file", PathTarget{&s.tls_key_file}},
    };
}

std::vector<Binding> job_bindings(Config& c) {
    auto& q = c.queue;
    auto& w = c.worker;
    return {
        {"queue", "lease_s", IntegerTarget{&q.lease_s, 2, 3600}},
        {"queue", "retry_after_s", IntegerTarget{&q.retry_after_s, 2, day_s}},
        {"queue", "max_tries", IntegerTarget{&q.max_tries, 1, 1000}},
        {"queue", "rescues_max", IntegerTarget{&q.rescues_max, 1, 1000}},
        {"queue", "payload_kib_max", IntegerTarget{&q.payload_kib_max, 1, 16384}},
        {"queue", "finished_keep_h", IntegerTarget{&q.finished_keep_h, 1, 87600}},
        {"queue", "completed_keep_h", IntegerTarget{&q.completed_keep_h, 0, 87600}},
        {"queue", "cancelled_keep_h", IntegerTarget{&q.cancelled_keep_h, 0, 87600}},
        {"queue", "failed_keep_h", IntegerTarget{&q.failed_keep_h, 0, 87600}},
        {"queue", "stats_keep_h", IntegerTarget{&q.stats_keep_h, 0, 8760}},
        {"queue", "events_keep_h", IntegerTarget{&q.events_keep_h, 1, 8760}},
        {"queue", "aliases", &q.aliases},
        {"queue", "remote_kinds", &q.remote_kinds},
        {"worker", "concurrency", IntegerTarget{&w.concurrency, 1, 1024}},
        {"worker", "queues", &w.queues},
        {"worker", "prefetch_max", IntegerTarget{&w.prefetch_max, 0, 10000}},
        {"worker", "complete_batch_max", IntegerTarget{&w.complete_batch_max, 1, 10000}},
        {"worker", "sweep_ms", IntegerTarget{&w.sweep_ms, 50, 60000}},
        {"worker", "doorbell_listen", &w.doorbell_listen},
        {"worker", "shutdown_grace_s", IntegerTarget{&w.shutdown_grace_s, 0, 3600}},
        {"worker", "memory_mib_max", IntegerTarget{&w.memory_mib_max, 0, 1048576}},
        {"worker", "overrun_s", IntegerTarget{&w.overrun_s, 1, 3600}},
        {"worker", "slow_attempt_ms", IntegerTarget{&w.slow_attempt_ms, 0, 86400000}},
        {"worker", "jobs_max", IntegerTarget{&w.jobs_max, 0, 1'000'000'000}},
        {"worker", "lifetime_s", IntegerTarget{&w.lifetime_s, 0, 30 * day_s}},
        {"worker", "kind_concurrency", KindLimitsTarget{&w.kind_concurrency}},
        {"scheduler", "lease_s", IntegerTarget{&c.scheduler.lease_s, 2, 3600}},
        {"scheduler", "tick_ms", IntegerTarget{&c.scheduler.tick_ms, 50, 60000}},
        {"scheduler", "housekeeping_s", IntegerTarget{&c.scheduler.housekeeping_s, 1, day_s}},
        {"scheduler", "alerts_s", IntegerTarget{&c.scheduler.alerts_s, 1, 3600}},
    };
}

} // namespace

std::vector<Binding> bindings_of(Config& c) {
    std::vector<Binding> all = platform_bindings(c);
    const std::vector<Binding> of_jobs = job_bindings(c);
    all.insert(all.end(), of_jobs.begin(), of_jobs.end());
    return all;
}

void refuse(const ValuePlace& place, const std::string& why) {
    std::string where = place.file;
    if (place.line > 0) {
        where += ":" + std::to_string(place.line);
    }
    throw Failure(
        Error{ErrorCode::invalid_argument, where + ": " + place.key + ": " + why, place.key, {}}
    );
}

namespace {

void assign_integer(const IntegerTarget& target, const std::string& text, const ValuePlace& place) {
    std::int64_t value = 0;
    try {
        std::size_t used = 0;
        value = std::stoll(text, &used);
        if (used != text.size()) {
            refuse(place, "must be a whole number, is '" + text + "'");
        }
    } catch (const std::logic_error&) {
        refuse(place, "must be a whole number, is '" + text + "'");
    }
    if (value < target.min || value > target.max) {
        refuse(
            place,
            "must be from " + std::to_string(target.min) + " to " + std::to_string(target.max) +
                ", is " + text
        );
    }
    *target.value = value;
}

void assign_level(LogLevel& target, const std::string& text, const ValuePlace& place) {
    static const std::map<std::string, LogLevel> levels{
        {"debug", LogLevel::debug},
        {"info", LogLevel::info},
        {"warn", LogLevel::warn},
        {"error", LogLevel::error}};
    const auto found = levels.find(text);
    if (found == levels.end()) {
        refuse(place, "must be debug, info, warn or error, is '" + text + "'");
    }
    target = found->second;
}

void assign_format(LogFormat& target, const std::string& text, const ValuePlace& place) {
    if (text != "text" && text != "json") {
        refuse(place, "must be text or json, is '" + text + "'");
    }
    target = text == "json" ? LogFormat::json : LogFormat::text;
}

std::vector<std::string> split_commas(const std::string& text) {
    std::vector<std::string> parts;
    std::string part;
    for (const char c : text + ",") {
        if (c != ',') {
            part += c;
        } else if (!part.empty()) {
            parts.push_back(std::move(part));
            part.clear();
        }
    }
    return parts;
}

// "old=new,older=new"
void assign_map(
    std::map<std::string, std::string>& target, const std::string& text, const ValuePlace& place
) {
    target.clear();
    for (const std::string& part : split_commas(text)) {
        const std::size_t equals = part.find('=');
        if (equals == std::string::npos || equals == 0 || equals + 1 == part.size()) {
            refuse(place, "must be a list such as old=new,older=new");
        }
        target[part.substr(0, equals)] = part.substr(equals + 1);
    }
}

struct TextOf {
    std::string operator()(const IntegerTarget& target) const {
        return std::to_string(*target.value);
    }

    std::string operator()(const PathTarget& target) const { return *target.value; }

    std::string operator()(const std::string* target) const { return *target; }

    std::string operator()(const std::vector<std::string>* target) const {
        std::string text;
        for (const std::string& item : *target) {
            text += (text.empty() ? "" : ",") + item;
        }
        return text;
    }

    std::string operator()(const KindLimitsTarget& target) const { return (*this)(target.value); }

    std::string operator()(const std::map<std::string, std::string>* target) const {
        std::string text;
        for (const auto& [key, value] : *target) {
            text.append(text.empty() ? "" : ",").append(key).append("=").append(value);
        }
        return text;
    }

    std::string operator()(const LogLevel* target) const {
        switch (*target) {
        case LogLevel::debug:
            return "debug";
        case LogLevel::info:
            return "info";
        case LogLevel::warn:
            return "warn";
        case LogLevel::error:
            return "error";
        }
        return {};
    }

    std::string operator()(const LogFormat* target) const {
        return *target == LogFormat::json ? "json" : "text";
    }
};

} // namespace

void assign_kind_limits(
    const KindLimitsTarget& target, std::vector<std::string> texts, const ValuePlace& place
) {
    const Result<KindLimits> limits = kind_limits(texts);
    if (!limits) {
        refuse(place, limits.error().message);
    }
    *target.value = std::move(texts);
}

void assign_text(const Target& target, const std::string& text, const ValuePlace& place) {
    if (const auto* integer = std::get_if<IntegerTarget>(&target)) {
        assign_integer(*integer, text, place);
    } else if (const auto* path = std::get_if<PathTarget>(&target)) {
        *path->value = text;
    } else if (const auto* string = std::get_if<std::string*>(&target)) {
        **string = text;
    } else if (const auto* list = std::get_if<std::vector<std::string>*>(&target)) {
        **list = split_commas(text);
    } else if (const auto* kinds = std::get_if<KindLimitsTarget>(&target)) {
        assign_kind_limits(*kinds, split_commas(text), place);
    } else if (const auto* map = std::get_if<std::map<std::string, std::string>*>(&target)) {
        assign_map(**map, text, place);
    } else if (const auto* level = std::get_if<LogLevel*>(&target)) {
        assign_level(**level, text, place);
    } else if (const auto* format = std::get_if<LogFormat*>(&target)) {
        assign_format(**format, text, place);
    }
}

std::string text_of(const Target& target) {
    return std::visit(TextOf{}, target);
}

} // namespace bgerp::config_detail
