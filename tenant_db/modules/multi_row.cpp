#include "tenant_db/modules/multi_row.hpp"

#include <array>

namespace bgerp {

namespace {

// Larger statements gain nothing more; the ratio keeps the number of statements small.
constexpr std::array<std::size_t, 5> sizes{256, 64, 16, 4, 1};

} // namespace

void MultiRow::write(mysql::Session& session, const mysql::Params& values) {
    auto next = values.begin();
    for (const std::size_t rows : sizes) {
        const auto count = static_cast<std::ptrdiff_t>(rows * columns_);
        while (values.end() - next >= count) {
            session.execute(statement(rows), mysql::Params(next, next + count));
            next += count;
        }
    }
}

const std::string& MultiRow::statement(std::size_t rows) {
    std::string& text = statements_[rows];
    if (text.empty()) {
        const std::string row = "(" + placeholders(columns_) + ")";
        text = head_ + " VALUES " + row;
        for (std::size_t i = 1; i < rows; ++i) {
            text += ", " + row;
        }
        text += tail_;
    }
    return text;
}

std::size_t padded_lookup(std::size_t count) {
    for (const std::size_t size : {10U, 100U, 1000U}) {
        if (size >= count) {
            return size;
        }
    }
    return count;
}

std::string placeholders(std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) {
        text += i == 0 ? "?" : ", ?";
    }
    return text;
}

} // namespace bgerp
