#include "base/config_binding.hpp"

#include <yaml-cpp/yaml.h>

#include <array>

namespace bgerp::config_detail {

namespace {

constexpr std::size_t name_length_max = 64;

struct KnownCondition {
    const char* key;
    AlertConfig::Condition condition;
    std::int64_t min;
    std::int64_t max;
};

constexpr std::array conditions{
    KnownCondition{"wait_s", AlertConfig::Condition::wait_s, 1, 100 * day_s},
    KnownCondition{"backlog", AlertConfig::Condition::backlog, 1, 1'000'000},
    KnownCondition{"failures", AlertConfig::Condition::failures, 0, 1'000'000'000},
    KnownCondition{"failure_percent", AlertConfig::Condition::failure_percent, 0, 99},
};

void assign_integer(
    std::int64_t& value,
    std::int64_t min,
    std::int64_t max,
    const YAML::Node& node,
    const ValuePlace& place
) {
    assign_text(IntegerTarget{&value, min, max}, text_in(node, place), place);
}

bool read_condition(
    AlertConfig& alert, const std::string& key, const YAML::Node& node, const ValuePlace& place
) {
    for (const KnownCondition& known : conditions) {
        if (key == known.key) {
            if (alert.condition != AlertConfig::Condition::none) {
                refuse(place, "a rule has one condition: make it two rules");
            }
            alert.condition = known.condition;
            assign_integer(alert.limit, known.min, known.max, node, place);
            return true;
        }
    }
    return false;
}

void read_key(
    AlertConfig& alert, const std::string& key, const YAML::Node& node, const ValuePlace& place
) {
    if (read_condition(alert, key, node, place)) {
        return;
    }
    if (key == "within_s") {
        assign_integer(alert.within_s, 60, day_s, node, place);
    } else if (key == "attempts_min") {
        assign_integer(alert.attempts_min, 1, 1'000'000'000, node, place);
    } else if (key == "quiet_s") {
        assign_integer(alert.quiet_s, 0, day_s, node, place);
    } else if (key == "queue") {
        alert.queue = text_in(node, place);
    } else if (key == "orgs") {
        alert.orgs = texts_in(node, place);
    } else if (key == "command") {
        alert.command = texts_in(node, place);
    } else if (key == "url") {
        alert.url = url_in(node, place);
    } else if (key == "secret_file") {
        alert.secret_file = path_in(node, place);
    } else if (key == "ca_file") {
        alert.ca_file = path_in(node, place);
    } else if (key == "timeout_s") {
        assign_integer(alert.timeout_s, 1, 300, node, place);
    } else {
        refuse(place, "unknown key");
    }
}

void check(const AlertConfig& alert, const ValuePlace& place) {
    if (alert.condition == AlertConfig::Condition::none) {
        refuse(place, "needs one of wait_s, backlog, failures and failure_percent");
    }
    if (alert.command.empty() == alert.url.empty()) {
        refuse(place, "needs a command, or url and secret_file, to be told by");
    }
    if (!alert.url.empty() && alert.secret_file.empty()) {
        refuse(place, "url needs a secret_file");
    }
    if (alert.name.empty() || alert.name.size() > name_length_max) {
        refuse(place, "a name has 1 to 64 characters");
    }
}

} // namespace

AlertConfig read_alert(const std::string& name, const YAML::Node& node, const ValuePlace& place) {
    AlertConfig alert;
    alert.name = name;
    if (!node.IsMap()) {
        refuse(place, "must be a map with wait_s, queue, command, …");
    }
    for (const auto& entry : node) {
        const auto key = entry.first.Scalar();
        read_key(
            alert,
            key,
            entry.second,
            {place.file, entry.first.Mark().line + 1, place.key + "." + key}
        );
    }
    check(alert, place);
    return alert;
}

} // namespace bgerp::config_detail
