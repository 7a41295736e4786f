// The other programs of this installation: in a build they lie in folders beside this one's
// (../worker/bgerp-worker), installed they lie in the same folder.
#pragma once

#include "base/config.hpp"
#include "base/error.hpp"

#include <string>
#include <vector>

namespace bgerp::cli {

/// The path of `program`, whose build folder is `folder`. not_found when it is in neither place.
[[nodiscard]] Result<std::string>
find_sibling(const std::string& folder, const std::string& program);

/// `--config FILE` for a sibling that shall read the same configuration; nothing when there is no
/// file.
[[nodiscard]] std::vector<std::string> config_arguments(const Config& config);

} // namespace bgerp::cli
