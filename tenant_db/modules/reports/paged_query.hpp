// The usual source of a report: one statement, paged by a key. The statement's parameters are the
// fixed ones, then the last key of the page before, then the number of rows; its column 0 is the
// key, an integer that the rows are ordered by, and the others are the report's columns. Blocking.
#pragma once

#include "tenant_db/modules/reports/report_source.hpp"

#include <string>
#include <string_view>

namespace bgerp::reports {

class PagedQuery final : public ReportSource {
public:
    /// `sql` lives as long as the program.
    PagedQuery(
        const char* sql, std::vector<ReportColumn> columns, std::vector<std::string> fixed = {}
    );

    [[nodiscard]] std::vector<ReportColumn> columns() const override { return columns_; }

    [[nodiscard]] Result<bool> next_page(mysql::Session& session, const RowSink& sink) override;

private:
    const char* sql_;
    const std::vector<ReportColumn> columns_;
    const std::vector<std::string> fixed_;
    std::int64_t last_key_;
};

/// A stored decimal as reports show it: without the zeros that only the column's type gives it, but
/// at least `digits_min` digits after the point.
[[nodiscard]] std::string shown_decimal(const std::string& stored, int digits_min);

/// The values of a row's columns from `first` on, decimals as shown_decimal(…, 2). `texts` keeps
/// what the values point into.
void read_values(
    const mysql::Row& row,
    unsigned first,
    std::span<const ReportColumn> columns,
    std::vector<std::string>& texts,
    std::vector<ReportValue>& values
);

} // namespace bgerp::reports
