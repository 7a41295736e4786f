#include "base/config_binding.hpp"

#include <yaml-cpp/yaml.h>

#include <array>

namespace bgerp::config_detail {

namespace {

constexpr std::size_t hooks_max = 100;
constexpr std::int64_t timeout_s_max = 300;

struct KnownEvent {
    const char* name;
    HookConfig::Event event;
};

constexpr std::array events{
    KnownEvent{"started", HookConfig::Event::started},
    KnownEvent{"completed", HookConfig::Event::completed},
    KnownEvent{"failed", HookConfig::Event::failed},
    KnownEvent{"dead", HookConfig::Event::dead},
};

HookConfig::Event event_in(const YAML::Node& node, const ValuePlace& place) {
    const std::string text = text_in(node, place);
    for (const KnownEvent& known : events) {
        if (text == known.name) {
            return known.event;
        }
    }
    refuse(place, "must be started, completed, failed or dead, is '" + text + "'");
}

void read_key(
    HookConfig& hook, const std::string& key, const YAML::Node& node, const ValuePlace& place
) {
    if (key == "on") {
        hook.on = event_in(node, place);
    } else if (key == "queue") {
        hook.queue = text_in(node, place);
    } else if (key == "kind") {
        hook.kind = text_in(node, place);
    } else if (key == "exec") {
        hook.exec = texts_in(node, place);
    } else if (key == "timeout_s") {
        assign_text(IntegerTarget{&hook.timeout_s, 1, timeout_s_max}, text_in(node, place), place);
    } else {
        refuse(place, "unknown key");
    }
}

HookConfig read_hook(const YAML::Node& node, const ValuePlace& place) {
    HookConfig hook;
    if (!node.IsMap()) {
        refuse(place, "must be a map with on, exec, queue, kind, timeout_s");
    }
    bool event_named = false;
    for (const auto& entry : node) {
        const auto key = entry.first.Scalar();
        read_key(
            hook,
            key,
            entry.second,
            {place.file, entry.first.Mark().line + 1, place.key + "." + key}
        );
        event_named = event_named || key == "on";
    }
    if (!event_named) {
        refuse(place, "needs on: started, completed, failed or dead");
    }
    if (hook.exec.empty()) {
        refuse(place, "needs exec: a program and its arguments");
    }
    return hook;
}

} // namespace

std::vector<HookConfig> read_hooks(const YAML::Node& node, const ValuePlace& place) {
    if (!node.IsSequence()) {
        refuse(place, "must be a list of hooks");
    }
    if (node.size() > hooks_max) {
        refuse(place, "has more than " + std::to_string(hooks_max) + " hooks");
    }
    std::vector<HookConfig> hooks;
    for (const YAML::Node& item : node) {
        hooks.push_back(read_hook(
            item,
            {place.file, item.Mark().line + 1, place.key + "[" + std::to_string(hooks.size()) + "]"}
        ));
    }
    return hooks;
}

} // namespace bgerp::config_detail
