#include "base/currency.hpp"

#include <algorithm>
#include <array>

namespace bgerp {

namespace {

struct MinorUnit {
    std::string_view currency;
    int digits;
};

// Only those that differ from the usual two.
constexpr std::array minor_units{
    MinorUnit{"BIF", 0}, MinorUnit{"CLP", 0}, MinorUnit{"DJF", 0}, MinorUnit{"GNF", 0},
    MinorUnit{"ISK", 0}, MinorUnit{"JPY", 0}, MinorUnit{"KMF", 0}, MinorUnit{"KRW", 0},
    MinorUnit{"PYG", 0}, MinorUnit{"RWF", 0}, MinorUnit{"UGX", 0}, MinorUnit{"UYI", 0},
    MinorUnit{"VND", 0}, MinorUnit{"VUV", 0}, MinorUnit{"XAF", 0}, MinorUnit{"XOF", 0},
    MinorUnit{"XPF", 0}, MinorUnit{"BHD", 3}, MinorUnit{"IQD", 3}, MinorUnit{"JOD", 3},
    MinorUnit{"KWD", 3}, MinorUnit{"LYD", 3}, MinorUnit{"OMR", 3}, MinorUnit{"TND", 3},
    MinorUnit{"CLF", 4}, MinorUnit{"UYW", 4},
};

} // namespace

bool is_currency_code(std::string_view text) {
    return text.size() == 3 &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

int minor_unit_digits(std::string_view currency) {
    const auto found = std::find_if(minor_units.begin(), minor_units.end(), [&](const auto& unit) {
        return unit.currency == currency;
    });
    return found == minor_units.end() ? 2 : found->digits;
}

} // namespace bgerp
