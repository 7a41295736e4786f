// The check digits of an International Bank Account Number (ISO 13616, ISO 7064 mod 97-10).
#pragma once

#include <string_view>

namespace bgerp::hr {

/// Letters and digits only, and 1 modulo 97 once the first four stand at the end and letters count
/// as 10 to 35. Lower case counts as upper. Countries' own lengths are not checked: the check
/// digits find mistyped numbers, and the list of lengths changes.
[[nodiscard]] bool is_valid_iban(std::string_view text);

} // namespace bgerp::hr
