#include "base/config_binding.hpp"

#include <yaml-cpp/yaml.h>

#include <filesystem>

namespace bgerp::config_detail {

namespace {

namespace fs = std::filesystem;

std::string text_in(const YAML::Node& node, const ValuePlace& place) {
    if (!node.IsScalar() || node.Scalar().empty()) {
        refuse(place, "must be a text");
    }
    return node.Scalar();
}

std::string path_in(const YAML::Node& node, const ValuePlace& place) {
    const fs::path base = fs::absolute(place.file).parent_path();
    return (base / text_in(node, place)).lexically_normal().string();
}

void check_url(const std::string& url, const ValuePlace& place) {
    const bool known = url.starts_with("https://") || url.starts_with("http://");
    if (!known || url.find_first_of(" \t\r\n") != std::string::npos) {
        refuse(place, "must be an address that begins with https:// or http://");
    }
}

void read_key(
    HttpKindConfig& http, const std::string& key, const YAML::Node& node, const ValuePlace& place
) {
    if (key == "url") {
        http.url = text_in(node, place);
        check_url(http.url, place);
    } else if (key == "secret_file") {
        http.secret_file = path_in(node, place);
    } else if (key == "ca_file") {
        http.ca_file = path_in(node, place);
    } else if (key == "timeout_s") {
        assign_text(IntegerTarget{&http.timeout_s, 1, day_s}, text_in(node, place), place);
    } else if (key == "output_kib_max") {
        assign_text(IntegerTarget{&http.output_kib_max, 1, 65536}, text_in(node, place), place);
    } else if (key == "fail_on") {
        http.fail_on = read_codes(node, "http:", place);
    } else {
        refuse(place, "unknown key");
    }
}

} // namespace

std::vector<std::string>
read_codes(const YAML::Node& node, const std::string& prefix, const ValuePlace& place) {
    if (!node.IsSequence()) {
        refuse(place, "must be a list");
    }
    std::vector<std::string> codes;
    for (const YAML::Node& item : node) {
        const std::string text = text_in(item, place);
        const bool number = text.find_first_not_of("0123456789") == std::string::npos;
        codes.push_back(number ? prefix + text : text);
    }
    return codes;
}

HttpKindConfig
read_http_kind(const std::string& kind, const YAML::Node& node, const ValuePlace& place) {
    HttpKindConfig http;
    http.kind = kind;
    if (!node.IsMap()) {
        refuse(place, "must be a map with url, secret_file, timeout_s, …");
    }
    for (const auto& entry : node) {
        const auto key = entry.first.Scalar();
        read_key(
            http,
            key,
            entry.second,
            {place.file, entry.first.Mark().line + 1, place.key + "." + key}
        );
    }
    if (http.url.empty() || http.secret_file.empty()) {
        refuse(place, "url and secret_file are needed");
    }
    return http;
}

} // namespace bgerp::config_detail
