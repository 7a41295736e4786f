#include "base/config_binding.hpp"

#include <yaml-cpp/yaml.h>

namespace bgerp::config_detail {

namespace {

void read_key(
    HttpKindConfig& http, const std::string& key, const YAML::Node& node, const ValuePlace& place
) {
    if (key == "url") {
        http.url = url_in(node, place);
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
