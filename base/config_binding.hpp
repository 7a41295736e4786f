// The one list of configuration keys and how a text becomes each one's value: what the file's
// reader, the environment's reader and the list for people have in common. Used by base/config*.cpp
// alone.
#pragma once

#include "base/config.hpp"

#include <string>
#include <variant>
#include <vector>

namespace YAML { // NOLINT(readability-identifier-naming): yaml-cpp's
class Node;
}

namespace bgerp::config_detail {

struct IntegerTarget {
    std::int64_t* value;
    std::int64_t min;
    std::int64_t max;
};

struct PathTarget {
    std::string* value;
};

// A list that kind_limits() takes.
struct KindLimitsTarget {
    std::vector<std::string>* value;
};

using Target = std::variant<
    IntegerTarget,
    PathTarget,
    KindLimitsTarget,
    std::string*,
    std::vector<std::string>*,
    std::map<std::string, std::string>*,
    LogLevel*,
    LogFormat*>;

struct Binding {
    std::string section;
    std::string key;
    Target target;
};

inline constexpr std::int64_t day_s = 86400;

/// Every key but those of `exec`, `http`, `alerts`, `args` and `worker.hooks`, bound to its place
/// in `config`, which must outlive the answer.
[[nodiscard]] std::vector<Binding> bindings_of(Config& config);

// Where a value stands, for messages.
struct ValuePlace {
    std::string file;
    int line = 0; // 0: the environment
    std::string key;
};

/// Throws Failure(invalid_argument) with the place in the message.
[[noreturn]] void refuse(const ValuePlace& place, const std::string& why);

/// Sets the value from its text; refuses a wrong type or a value out of range.
void assign_text(const Target& target, const std::string& text, const ValuePlace& place);

/// Sets the list; refuses one that kind_limits() doesn't take.
void assign_kind_limits(
    const KindLimitsTarget& target, std::vector<std::string> texts, const ValuePlace& place
);

/// The value as text.
[[nodiscard]] std::string text_of(const Target& target);

/// What a node holds: a text, a list of texts, a path (relative to the file's folder), the address
/// of a web service. Refuses what is none.
[[nodiscard]] std::string text_in(const YAML::Node& node, const ValuePlace& place);
[[nodiscard]] std::vector<std::string> texts_in(const YAML::Node& node, const ValuePlace& place);
[[nodiscard]] std::string path_in(const YAML::Node& node, const ValuePlace& place);
[[nodiscard]] std::string url_in(const YAML::Node& node, const ValuePlace& place);

/// A list of error codes; a number in it gets `prefix`. Refuses what is none.
[[nodiscard]] std::vector<std::string>
read_codes(const YAML::Node& node, const std::string& prefix, const ValuePlace& place);

/// One kind of the section `http`.
[[nodiscard]] HttpKindConfig
read_http_kind(const std::string& kind, const YAML::Node& node, const ValuePlace& place);

/// One rule of the section `alerts`.
[[nodiscard]] AlertConfig
read_alert(const std::string& name, const YAML::Node& node, const ValuePlace& place);

/// The list `worker.hooks`.
[[nodiscard]] std::vector<HookConfig> read_hooks(const YAML::Node& node, const ValuePlace& place);

/// Reads a YAML file into the bindings and the sections that are lists. Throws Failure (see
/// refuse) or YAML::Exception.
void read_config_file(Config& config, const std::vector<Binding>& bindings);

} // namespace bgerp::config_detail
