#include "base/config_binding.hpp"

#include <yaml-cpp/yaml.h>

#include <filesystem>

namespace bgerp::config_detail {

std::string text_in(const YAML::Node& node, const ValuePlace& place) {
    if (!node.IsScalar() || node.Scalar().empty()) {
        refuse(place, "must be a text");
    }
    return node.Scalar();
}

std::vector<std::string> texts_in(const YAML::Node& node, const ValuePlace& place) {
    if (!node.IsSequence()) {
        refuse(place, "must be a list");
    }
    std::vector<std::string> texts;
    for (const YAML::Node& item : node) {
        texts.push_back(text_in(item, place));
    }
    return texts;
}

std::string path_in(const YAML::Node& node, const ValuePlace& place) {
    const auto base = std::filesystem::absolute(place.file).parent_path();
    return (base / text_in(node, place)).lexically_normal().string();
}

std::string url_in(const YAML::Node& node, const ValuePlace& place) {
    std::string url = text_in(node, place);
    const bool known = url.starts_with("https://") || url.starts_with("http://");
    if (!known || url.find_first_of(" \t\r\n") != std::string::npos) {
        refuse(place, "must be an address that begins with https:// or http://");
    }
    return url;
}

std::vector<std::string>
read_codes(const YAML::Node& node, const std::string& prefix, const ValuePlace& place) {
    std::vector<std::string> codes;
    for (const std::string& text : texts_in(node, place)) {
        const bool number = text.find_first_not_of("0123456789") == std::string::npos;
        codes.push_back(number ? prefix + text : text);
    }
    return codes;
}

} // namespace bgerp::config_detail
