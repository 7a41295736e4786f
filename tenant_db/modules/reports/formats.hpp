// The writers behind make_report_writer(), one a format, each in its own .cpp. Nobody outside this
// folder includes this.
#pragma once

#include "tenant_db/modules/reports/writer.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace bgerp::reports {

[[nodiscard]] std::unique_ptr<ReportWriter> make_csv_writer(const std::string& path);
[[nodiscard]] std::unique_ptr<ReportWriter> make_json_writer(const std::string& path);
[[nodiscard]] std::unique_ptr<ReportWriter> make_xlsx_writer(const std::string& path);

/// `-?[0-9]+` without leading zeros: what JSON takes as a number as it stands.
[[nodiscard]] bool is_plain_integer(std::string_view text);

/// What every begin() and row() asks first; both are bugs of the caller, not of the data.
[[nodiscard]] Result<void> check_columns(std::size_t count, std::size_t max);
void require_value_count(std::size_t values, std::size_t columns);

} // namespace bgerp::reports
