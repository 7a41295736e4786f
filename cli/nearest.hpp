// The word somebody most likely meant. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace bgerp::cli {

/// The choice with the fewest letters changed, added, dropped or swapped (Damerau-Levenshtein,
/// optimal string alignment), if few enough of the word's letters differ; the first of equals.
[[nodiscard]] std::optional<std::string>
nearest(const std::string& word, const std::vector<std::string>& choices);

} // namespace bgerp::cli
