// Currencies as ISO 4217 sees them: three capital letters, and how many decimals its smallest unit
// has. Payroll and sales round to it. No names, no exchange rates. Pure functions, any thread.
#pragma once

#include <string_view>

namespace bgerp {

/// Three capital letters A to Z. Whether a country uses the code is not asked: new ones appear.
[[nodiscard]] bool is_currency_code(std::string_view text);

/// Digits after the point of the currency's minor unit (JPY 0, USD 2, KWD 3, CLF 4); 2 for a code
/// that is not in ISO 4217's table (as maintained in 2024).
[[nodiscard]] int minor_unit_digits(std::string_view currency);

} // namespace bgerp
