#include "tenant_db/modules/import_column.hpp"

#include "tenant_db/modules/row_values.hpp"

namespace bgerp {

std::string column_name_of_header(std::string_view header) {
    const auto is_upper = [](char c) { return c >= 'A' && c <= 'Z'; };
    std::string name;
    bool after_lower = false;
    for (const char c : trimmed(header)) {
        if (is_upper(c) && after_lower) {
            name += '_';
        }
        after_lower = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        name += is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return name;
}

} // namespace bgerp
