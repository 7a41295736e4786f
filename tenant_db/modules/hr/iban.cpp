#include "tenant_db/modules/hr/iban.hpp"

#include <algorithm>

namespace bgerp::hr {

namespace {

// 0 to 35, or -1 for what is neither an ASCII letter nor a digit.
int value_of(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'A' && c <= 'Z') {
        return c - 'A' + 10;
    }
    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 10;
    }
    return -1;
}

} // namespace

bool is_valid_iban(std::string_view text) {
    if (text.empty()) {
        return false;
    }
    const std::size_t head = std::min<std::size_t>(4, text.size());
    int remainder = 0;
    for (const std::string_view part : {text.substr(head), text.substr(0, head)}) {
        for (const char c : part) {
            const int value = value_of(c);
            if (value < 0) {
                return false;
            }
            remainder = (remainder * (value < 10 ? 10 : 100) + value) % 97;
        }
    }
    return remainder == 1;
}

} // namespace bgerp::hr
