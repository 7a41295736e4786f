#include "base/config_binding.hpp"
#include "base/json_schema.hpp"

#include <yaml-cpp/yaml.h>

#include <set>

namespace bgerp::config_detail {

namespace {

std::vector<std::string> read_list(const YAML::Node& node, const ValuePlace& place) {
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

std::map<std::string, std::string> read_map(const YAML::Node& node, const ValuePlace& place) {
    std::map<std::string, std::string> map;
    if (!node.IsMap()) {
        refuse(place, "must be a map of texts");
    }
    for (const auto& entry : node) {
        if (!entry.second.IsScalar()) {
            refuse(place, "must be a map of texts");
        }
        map[entry.first.Scalar()] = entry.second.Scalar();
    }
    return map;
}

// What YAML means by a node: a scalar that isn't quoted may be a number, true, false or null.
Json json_of(const YAML::Node& node) {
    if (node.IsSequence()) {
        Json list = Json::array();
        for (const YAML::Node& item : node) {
            list.push_back(json_of(item));
        }
        return list;
    }
    if (node.IsMap()) {
        Json object = Json::object();
        for (const auto& entry : node) {
            object[entry.first.Scalar()] = json_of(entry.second);
        }
        return object;
    }
    const bool quoted = node.Tag() == "!";
    const Result<Json> plain =
        quoted ? Result<Json>(Json(node.Scalar())) : parse_json(node.Scalar());
    return plain && !plain->is_structured() ? *plain : Json(node.Scalar());
}

void read_args(Config& config, const YAML::Node& node, ValuePlace place) {
    if (!node.IsMap()) {
        refuse(place, "must be a map from kinds to JSON Schemas");
    }
    for (const auto& entry : node) {
        const auto kind = entry.first.Scalar();
        place.key = "args." + kind;
        place.line = entry.first.Mark().line + 1;
        config.args[kind] = to_text(json_of(entry.second));
        if (!JsonSchema::compile(config.args[kind])) {
            refuse(place, "must be a JSON Schema, a map");
        }
    }
}

void assign_node(const Target& target, const YAML::Node& node, const ValuePlace& place) {
    if (const auto* list = std::get_if<std::vector<std::string>*>(&target)) {
        **list = read_list(node, place);
        return;
    }
    if (const auto* kinds = std::get_if<KindLimitsTarget>(&target)) {
        assign_kind_limits(*kinds, read_list(node, place), place);
        return;
    }
    if (const auto* map = std::get_if<std::map<std::string, std::string>*>(&target)) {
        **map = read_map(node, place);
        return;
    }
    if (!node.IsScalar()) {
        refuse(place, "must be a single value");
    }
    assign_text(target, node.Scalar(), place);
}

ExecConfig read_exec(const std::string& kind, const YAML::Node& node, ValuePlace place) {
    ExecConfig exec;
    exec.kind = kind;
    if (!node.IsMap()) {
        refuse(place, "must be a map with command, timeout_s, memory_mib_max, output_kib_max");
    }
    const std::string prefix = "exec." + kind + ".";
    for (const auto& entry : node) {
        const auto key = entry.first.Scalar();
        place.key = prefix + key;
        place.line = entry.first.Mark().line + 1;
        if (key == "command") {
            exec.command = read_list(entry.second, place);
        } else if (key == "timeout_s") {
            assign_node(IntegerTarget{&exec.timeout_s, 1, day_s}, entry.second, place);
        } else if (key == "memory_mib_max") {
            assign_node(IntegerTarget{&exec.memory_mib_max, 16, 1048576}, entry.second, place);
        } else if (key == "output_kib_max") {
            assign_node(IntegerTarget{&exec.output_kib_max, 1, 65536}, entry.second, place);
        } else if (key == "fail_on") {
            exec.fail_on = read_codes(entry.second, "exit:", place);
        } else {
            refuse(place, "unknown key");
        }
    }
    if (exec.command.empty()) {
        refuse(place, "a command is needed");
    }
    return exec;
}

void read_http(Config& config, const YAML::Node& node, const ValuePlace& section_place) {
    if (!node.IsMap()) {
        refuse(section_place, "must be a map from kinds to web services");
    }
    for (const auto& item : node) {
        const auto kind = item.first.Scalar();
        config.http.push_back(read_http_kind(
            kind,
            item.second,
            {config.file, item.first.Mark().line + 1, "http." + kind}
        ));
    }
}

void read_alerts(Config& config, const YAML::Node& node, const ValuePlace& section_place) {
    if (!node.IsMap()) {
        refuse(section_place, "must be a map from names to rules");
    }
    for (const auto& item : node) {
        const auto name = item.first.Scalar();
        config.alerts.push_back(read_alert(
            name,
            item.second,
            {config.file, item.first.Mark().line + 1, "alerts." + name}
        ));
    }
}

void read_section(
    Config& config,
    const std::string& section,
    const YAML::Node& node,
    const std::vector<Binding>& bindings,
    const ValuePlace& section_place
) {
    if (!node.IsMap()) {
        refuse(section_place, "must be a map of keys");
    }
    const std::string prefix = section + ".";
    for (const auto& entry : node) {
        const auto key = entry.first.Scalar();
        ValuePlace place = section_place;
        place.key = prefix + key;
        place.line = entry.first.Mark().line + 1;
        if (place.key == "worker.hooks") {
            config.worker.hooks = read_hooks(entry.second, place);
            continue;
        }
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

} // namespace

void read_config_file(Config& config, const std::vector<Binding>& bindings) {
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
        const ValuePlace place{config.file, entry.first.Mark().line + 1, section};
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
        } else if (section == "args") {
            read_args(config, entry.second, place);
        } else if (section == "http") {
            read_http(config, entry.second, place);
        } else if (section == "alerts") {
            read_alerts(config, entry.second, place);
        } else if (sections.count(section) == 0) {
            refuse(place, "unknown section");
        } else {
            read_section(config, section, entry.second, bindings, place);
        }
    }
}

} // namespace bgerp::config_detail
