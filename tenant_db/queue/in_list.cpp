#include "tenant_db/queue/in_list.hpp"

#include <array>

namespace bgerp::queue {

namespace {

constexpr std::array<std::size_t, 5> lengths{1, 10, 100, 500, in_list_max};

} // namespace

std::size_t padded(std::size_t count) {
    const auto* const fits = std::find_if(lengths.begin(), lengths.end(), [&](std::size_t length) {
        return length >= count;
    });
    return fits == lengths.end() ? count : *fits;
}

std::string in_list(std::size_t count) {
    return " (" + repeated("?", padded(count)) + ")";
}

std::string repeated(const std::string& tuple, std::size_t count) {
    std::string text;
    text.reserve(count * (tuple.size() + 1));
    for (std::size_t i = 0; i < count; ++i) {
        if (i > 0) {
            text += ',';
        }
        text += tuple;
    }
    return text;
}

std::size_t rows_per_statement(std::size_t left) {
    for (const std::size_t rows : {1000U, 500U, 100U, 10U}) {
        if (left >= rows) {
            return rows;
        }
    }
    return 1;
}

std::size_t rows_with_filling(std::size_t left) {
    constexpr std::size_t few = 10; // a statement costs more than that many rows
    const std::size_t more = padded(left);
    const bool fill = left > 1 && left < in_list_max && more <= std::max(few, 2 * left);
    return fill ? more : rows_per_statement(left);
}

} // namespace bgerp::queue
