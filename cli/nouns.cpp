#include "cli/nouns.hpp"

#include <array>

namespace bgerp::cli {

namespace {

constexpr std::array nouns{
    add_db,
    add_migrate,
    add_org,
    add_account,
    add_token,
    add_config,
    add_doctor,
};

} // namespace

void add_nouns(CLI::App& root, Commands& commands) {
    for (const auto& add : nouns) {
        add(root, commands);
    }
}

} // namespace bgerp::cli
