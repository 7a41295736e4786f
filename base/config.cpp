#include "base/config.hpp"

#include "base/config_binding.hpp"
#include "base/ids.hpp"

#include <yaml-cpp/exceptions.h>

#include <filesystem>
#include <unistd.h>

namespace bgerp {

namespace {

namespace fs = std::filesystem;
using namespace config_detail; // NOLINT(google-build-using-namespace): this file is its other half

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
        if (const auto* path = std::get_if<PathTarget>(&binding.target)) {
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
            read_config_file(config, bindings);
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
        keys.push_back({binding.section + "." + binding.key, text_of(binding.target)});
    }
    return keys;
}

} // namespace bgerp
