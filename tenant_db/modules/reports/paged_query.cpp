#include "tenant_db/modules/reports/paged_query.hpp"

#include "base/decimal.hpp"

#include <limits>

namespace bgerp::reports {

PagedQuery::PagedQuery(
    const char* sql, std::vector<ReportColumn> columns, std::vector<std::string> fixed
)
    : sql_(sql)
    , columns_(std::move(columns))
    , fixed_(std::move(fixed))
    , last_key_(std::numeric_limits<std::int64_t>::min()) {}

Result<bool> PagedQuery::next_page(mysql::Session& session, const RowSink& sink) {
    mysql::Params params(fixed_.begin(), fixed_.end());
    params.emplace_back(last_key_);
    params.emplace_back(page_rows);
    std::size_t count = 0;
    Result<void> taken;
    std::vector<std::string> texts;
    std::vector<ReportValue> values;
    session.query(sql_, params, [&](const mysql::Row& row) {
        ++count;
        last_key_ = row.i64(0);
        if (taken) {
            read_values(row, 1, columns_, texts, values);
            taken = sink(values);
        }
    });
    if (!taken) {
        return tl::unexpected<Error>(taken.error());
    }
    return count == page_rows;
}

std::string shown_decimal(const std::string& stored, int digits_min) {
    const auto number = Decimal::parse(stored);
    return number ? number->to_string(digits_min) : stored; // sums may be wider than a Decimal
}

void read_values(
    const mysql::Row& row,
    unsigned first,
    std::span<const ReportColumn> columns,
    std::vector<std::string>& texts,
    std::vector<ReportValue>& values
) {
    constexpr int money_digits = 2;
    texts.resize(columns.size());
    values.assign(columns.size(), std::nullopt);
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const unsigned column = first + static_cast<unsigned>(i);
        if (row.is_null(column)) {
            continue;
        }
        texts[i] = row.text(column);
        if (columns[i].type == ReportColumnType::decimal) {
            texts[i] = shown_decimal(texts[i], money_digits);
        }
        values[i] = texts[i];
    }
}

} // namespace bgerp::reports
