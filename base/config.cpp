#include "base/config.hpp"

#include "base/ids.hpp"

#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <set>
#include <unistd.h>
#include <variant>

namespace bgerp {

namespace {

namespace fs = std::filesystem;

struct Integer {
    std::int64_t* value;
    std::int64_t min;
    std::int64_t max;
};

struct Path {
    std::string* value;
};

using Target =
    std::variant<Integer, Path, std::string*, std::vector<std::string>*, LogLevel*, LogFormat*>;

struct Binding {
    std::string section;
    std::string key;
    Target target;
};

constexpr std::int64_t day_s = 86400;

// The one list of keys: reading, the environment's names and the documentation's test follow it.
std::vector<Binding> bindings_of(Config& c) {
    auto& d = c.database;
    auto& s = c.server;
    auto& q = c.queue;
    auto& w = c.worker;
    return {
        {"database", "socket", Path{&d.socket}},
        {"database", "host", &d.host},
        {"database", "port", Integer{&d.port, 1, 65535}},
        {"database", "data_dir", Path{&d.data_dir}},
        {"database", "core_name", &d.core_name},
        {"database", "admin_user", &d.admin_user},
        {"database", "admin_password_file", Path{&d.admin_password_file}},
        {"database", "tls_ca_file", Path{&d.tls_ca_file}},
        {"database", "connect_timeout_s", Integer{&d.connect_timeout_s, 1, 300}},
        {"database", "read_timeout_s", Integer{&d.read_timeout_s, 1, 3600}},
        {"database", "lock_wait_timeout_s", Integer{&d.lock_wait_timeout_s, 1, 600}},
        {"database", "pool_connections_max", Integer{&d.pool_connections_max, 1, 1000}},
        {"database", "tenant_pools_max", Integer{&d.tenant_pools_max, 1, 10000}},
        {"database", "buffer_pool_mib", Integer{&d.buffer_pool_mib, 16, 1048576}},
        {"database", "connections_max", Integer{&d.connections_max, 20, 100000}},
        {"security", "master_key_file", Path{&c.security.master_key_file}},
        {"security", "token_days", Integer{&c.security.token_days, 1, 3650}},
        {"security", "login_attempts_max", Integer{&c.security.login_attempts_max, 1, 1000}},
        {"storage", "dir", Path{&c.storage.dir}},
        {"storage", "upload_mib_max", Integer{&c.storage.upload_mib_max, 1, 1048576}},
        {"log", "level", &c.log.level},
        {"log", "format", &c.log.format},
        {"log", "file", Path{&c.log.file}},
        {"server", "listen", &s.listen},
        {"server", "port", Integer{&s.port, 0, 65535}},
        {"server", "base_domain", &s.base_domain},
        {"server", "network_threads", Integer{&s.network_threads, 1, 64}},
        {"server", "database_threads", Integer{&s.database_threads, 1, 256}},
        {"server", "database_queue_max", Integer{&s.database_queue_max, 1, 100000}},
        {"server", "connections_max", Integer{&s.connections_max, 1, 1000000}},
        {"server", "header_kib_max", Integer{&s.header_kib_max, 1, 1024}},
        {"server", "body_kib_max", Integer{&s.body_kib_max, 1, 65536}},
        {"server", "request_timeout_s", Integer{&s.request_timeout_s, 1, 3600}},
        {"server", "idle_timeout_s", Integer{&s.idle_timeout_s, 1, 3600}},
        {"queue", "lease_s", Integer{&q.lease_s, 2, 3600}},
        {"queue", "retry_after_s", Integer{&q.retry_after_s, 2, day_s}},
        {"queue", "max_tries", Integer{&q.max_tries, 1, 1000}},
        {"queue", "rescues_max", Integer{&q.rescues_max, 1, 1000}},
        {"queue", "payload_kib_max", Integer{&q.payload_kib_max, 1, 16384}},
        {"queue", "finished_keep_h", Integer{&q.finished_keep_h, 1, 87600}},
        {"worker", "concurrency", Integer{&w.concurrency, 1, 1024}},
        {"worker", "queues", &w.queues},
        {"worker", "prefetch_max", Integer{&w.prefetch_max, 0, 10000}},
        {"worker", "complete_batch_max", Integer{&w.complete_batch_max, 1, 10000}},
        {"worker", "sweep_ms", Integer{&w.sweep_ms, 50, 60000}},
        {"worker", "doorbell_listen", &w.doorbell_listen},
        {"worker", "shutdown_grace_s", Integer{&w.shutdown_grace_s, 0, 3600}},
        {"worker", "memory_mib_max", Integer{&w.memory_mib_max, 0, 1048576}},
        {"scheduler", "lease_s", Integer{&c.scheduler.lease_s, 2, 3600}},
        {"scheduler", "tick_ms", Integer{&c.scheduler.tick_ms, 50, 60000}},
        {"scheduler", "housekeeping_s", Integer{&c.scheduler.housekeeping_s, 1, day_s}},
    };
}

// Where a value stands, for messages.
struct Place {
    std::string file;
    int line = 0; // 0: the environment
    std::string key;
};

[[noreturn]] void refuse(const Place& place, const std::string& why) {
    std::string where = place.file;
    if (place.line > 0) {
        where += ":" + std::to_string(place.line);
    }
    throw Failure(
        Error{ErrorCode::invalid_argument, where + ": " + place.key + ": " + why, place.key, {}}
    );
}

void assign_integer(const Integer& target, const std::string& text, const Place& place) {
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

void assign_level(LogLevel& target, const std::string& text, const Place& place) {
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

void assign_format(LogFormat& target, const std::string& text, const Place& place) {
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

void assign_text(const Target& target, const std::string& text, const Place& place) {
    if (const auto* integer = std::get_if<Integer>(&target)) {
        assign_integer(*integer, text, place);
    } else if (const auto* path = std::get_if<Path>(&target)) {
        *path->value = text;
    } else if (const auto* string = std::get_if<std::string*>(&target)) {
        **string = text;
    } else if (const auto* list = std::get_if<std::vector<std::string>*>(&target)) {
        **list = split_commas(text);
    } else if (const auto* level = std::get_if<LogLevel*>(&target)) {
        assign_level(**level, text, place);
    } else if (const auto* format = std::get_if<LogFormat*>(&target)) {
        assign_format(**format, text, place);
    }
}

std::vector<std::string> read_list(const YAML::Node& node, const Place& place) {
    std::vector<std::string> items;
    if (!node.IsSequence()) {
        refuse(place, "must be a list");
    }
    for (const YAML::Node& item : node) {
        if (!item.IsScalar()) {
            refuse(place, "must be a list of texts");
        }
        items.push_back(item.Scalar());
    }
    return items;
}

void assign_node(const Target& target, const YAML::Node& node, const Place& place) {
    if (const auto* list = std::get_if<std::vector<std::string>*>(&target)) {
        **list = read_list(node, place);
        return;
    }
    if (!node.IsScalar()) {
        refuse(place, "must be a single value");
    }
    assign_text(target, node.Scalar(), place);
}

ExecConfig read_exec(const std::string& kind, const YAML::Node& node, Place place) {
    ExecConfig exec;
    exec.kind = kind;
    if (!node.IsMap()) {
        refuse(place, "must be a map with command, timeout_s, memory_mib_max, output_kib_max");
    }
    for (const auto& entry : node) {
        const auto key = entry.first.Scalar();
        place.key = "exec." + kind + "." + key;
        place.line = entry.first.Mark().line + 1;
        if (key == "command") {
            exec.command = read_list(entry.second, place);
        } else if (key == "timeout_s") {
            assign_node(Integer{&exec.timeout_s, 1, day_s}, entry.second, place);
        } else if (key == "memory_mib_max") {
            assign_node(Integer{&exec.memory_mib_max, 16, 1048576}, entry.second, place);
        } else if (key == "output_kib_max") {
            assign_node(Integer{&exec.output_kib_max, 1, 65536}, entry.second, place);
        } else {
            refuse(place, "unknown key");
        }
    }
    if (exec.command.empty()) {
        refuse(place, "a command is needed");
    }
    return exec;
}

void read_section(
    const std::string& section,
    const YAML::Node& node,
    const std::vector<Binding>& bindings,
    const Place& section_place
) {
    if (!node.IsMap()) {
        refuse(section_place, "must be a map of keys");
    }
    for (const auto& entry : node) {
        const auto key = entry.first.Scalar();
        Place place = section_place;
        place.key = section + "." + key;
        place.line = entry.first.Mark().line + 1;
        const Binding* found = nullptr;
        for (const Binding& binding : bindings) {
            if (binding.section == section && binding.key == key) {
                found = &binding;
            }
        }
        if (found == nullptr) {
            refuse(place, "unknown key");
        }
        assign_node(found->target, entry.second, place);
    }
}

void read_file(Config& config, const std::vector<Binding>& bindings) {
    const YAML::Node root = YAML::LoadFile(config.file);
    if (root.IsNull()) {
        return;
    }
    if (!root.IsMap()) {
        refuse({config.file, 1, "document"}, "must be a map of sections");
    }
    std::set<std::string> sections;
    for (const Binding& binding : bindings) {
        sections.insert(binding.section);
    }
    for (const auto& entry : root) {
        const auto section = entry.first.Scalar();
        const Place place{config.file, entry.first.Mark().line + 1, section};
        if (section == "exec") {
            if (!entry.second.IsMap()) {
                refuse(place, "must be a map from kinds to programs");
            }
            for (const auto& item : entry.second) {
                const auto kind = item.first.Scalar();
                config.exec.push_back(read_exec(
                    kind,
                    item.second,
                    {config.file, item.first.Mark().line + 1, "exec." + kind}
                ));
            }
        } else if (sections.count(section) == 0) {
            refuse(place, "unknown section");
        } else {
            read_section(section, entry.second, bindings, place);
        }
    }
}

std::string environment_name(const Binding& binding) {
    std::string name = "BGERP_" + binding.section + "_" + binding.key;
    for (char& c : name) {
        if (c >= 'a' && c <= 'z') {
            c = static_cast<char>(c - 'a' + 'A');
        }
    }
    return name;
}

void read_environment(const Environment& environment, const std::vector<Binding>& bindings) {
    for (const Binding& binding : bindings) {
        const std::string name = environment_name(binding);
        const auto found = environment.find(name);
        if (found != environment.end()) {
            assign_text(binding.target, found->second, {"environment", 0, name});
        }
    }
}

void make_paths_absolute(const Config& config, const std::vector<Binding>& bindings) {
    const fs::path base =
        config.file.empty() ? fs::current_path() : fs::absolute(config.file).parent_path();
    for (const Binding& binding : bindings) {
        if (const auto* path = std::get_if<Path>(&binding.target)) {
            if (!path->value->empty()) {
                *path->value = (base / *path->value).lexically_normal().string();
            }
        }
    }
}

// The core database's name stands in identifiers, and an account's name is made from it, which
// MySQL ends at 32 characters.
void check_core_name(const Config& config) {
    const std::string& name = config.database.core_name;
    const bool fits = name.size() <= 16 && OrgCode::parse(name).has_value();
    if (!fits) {
        refuse(
            {config.file.empty() ? "environment" : config.file, 0, "database.core_name"},
            "must be 2 to 16 lower-case letters, digits and underscores, starting with a letter"
        );
    }
}

struct TextOf {
    std::string operator()(const Integer& target) const { return std::to_string(*target.value); }

    std::string operator()(const Path& target) const { return *target.value; }

    std::string operator()(const std::string* target) const { return *target; }

    std::string operator()(const std::vector<std::string>* target) const {
        std::string text;
        for (const std::string& item : *target) {
            text += (text.empty() ? "" : ",") + item;
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

Environment process_environment() {
    Environment environment;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string text(*entry);
        const auto equals = text.find('=');
        if (equals != std::string::npos) {
            environment[text.substr(0, equals)] = text.substr(equals + 1);
        }
    }
    return environment;
}

Result<Config> read_config(const std::string& file, const Environment& environment) {
    Config config;
    config.file = file;
    if (file.empty() && fs::exists("bgerp.yaml")) {
        config.file = "bgerp.yaml";
    }
    if (!config.file.empty() && !fs::is_regular_file(config.file)) {
        return fail(ErrorCode::not_found, "no configuration file '" + config.file + "'");
    }
    const std::vector<Binding> bindings = bindings_of(config);
    try {
        if (!config.file.empty()) {
            read_file(config, bindings);
        }
        read_environment(environment, bindings);
        make_paths_absolute(config, bindings);
        check_core_name(config);
    } catch (const YAML::Exception& error) {
        return fail(
            ErrorCode::invalid_argument,
            config.file + ":" + std::to_string(error.mark.line + 1) + ": " + error.msg
        );
    } catch (const Failure& failure) {
        return tl::unexpected<Error>(failure.error());
    }
    return config;
}

std::vector<ConfigKey> config_keys(const Config& config) {
    Config copy = config;
    std::vector<ConfigKey> keys;
    for (const Binding& binding : bindings_of(copy)) {
        keys.push_back({binding.section + "." + binding.key, std::visit(TextOf{}, binding.target)});
    }
    return keys;
}

} // namespace bgerp
