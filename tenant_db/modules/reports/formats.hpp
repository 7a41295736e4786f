// The writers behind make_report_writer(), one a format, each in its own .cpp. Nobody outside this
// folder includes this.
#pragma once

#include "base/atomic_file.hpp"
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

/// How every begin() starts: checks the number of columns and creates the file that finish() will
/// name `path`. Errors as ReportWriter::begin.
[[nodiscard]] Result<AtomicFile>
open_report_file(const std::string& path, std::size_t columns, std::size_t columns_max);

/// How every row() starts; a wrong number is a bug of the caller's and throws Failure.
void require_value_count(std::size_t values, std::size_t columns);

} // namespace bgerp::reports
