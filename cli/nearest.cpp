#include "cli/nearest.hpp"

#include <algorithm>

namespace bgerp::cli {

namespace {

std::size_t distance(const std::string& a, const std::string& b) {
    std::vector<std::vector<std::size_t>> cost(
        a.size() + 1,
        std::vector<std::size_t>(b.size() + 1, 0)
    );
    for (std::size_t i = 0; i <= a.size(); ++i) {
        for (std::size_t j = 0; j <= b.size(); ++j) {
            if (i == 0 || j == 0) {
                cost[i][j] = i + j;
                continue;
            }
            const std::size_t changed = cost[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            cost[i][j] = std::min({changed, cost[i - 1][j] + 1, cost[i][j - 1] + 1});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
            }
        }
    }
    return cost[a.size()][b.size()];
}

} // namespace

std::optional<std::string>
nearest(const std::string& word, const std::vector<std::string>& choices) {
    constexpr std::size_t word_max = 64; // longer than any noun; keeps the table small
    if (word.size() > word_max) {
        return std::nullopt;
    }
    std::optional<std::string> best;
    std::size_t best_distance = std::max<std::size_t>(1, word.size() / 2);
    for (const std::string& choice : choices) {
        const std::size_t found = distance(word, choice);
        if (found < best_distance || (found == best_distance && !best)) {
            best = choice;
            best_distance = found;
        }
    }
    return best;
}

} // namespace bgerp::cli
