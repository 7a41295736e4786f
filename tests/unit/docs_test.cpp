// The documentation of the configuration names every key with its default, and no other.
#include "base/config.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <regex>

namespace bgerp {
namespace {

std::map<std::string, std::string> documented_keys() {
    std::map<std::string, std::string> keys;
    std::ifstream file(BGERP_DOCS "/configuration.md");
    EXPECT_TRUE(file) << "docs/configuration.md can't be read";
    const std::regex row(R"(^\| `([a-z]+\.[a-z_]+)` \| (?:`([^`]*)`)? ?\| .+ \|$)");
    for (std::string line; std::getline(file, line);) {
        std::smatch match;
        if (std::regex_match(line, match, row)) {
            EXPECT_TRUE(keys.emplace(match[1], match[2]).second) << match[1] << " occurs twice";
        }
    }
    return keys;
}

TEST(ConfigurationDocsTest, EveryKeyStandsThereWithItsDefault) {
    std::map<std::string, std::string> keys;
    for (const ConfigKey& key : config_keys(Config{})) {
        keys.emplace(key.name, key.value);
    }
    EXPECT_EQ(documented_keys(), keys);
}

} // namespace
} // namespace bgerp
