#include "tenant_db/modules/reports/writer.hpp"

#include "tenant_db/modules/reports/formats.hpp"

#include <algorithm>
#include <array>

namespace bgerp::reports {

namespace {

constexpr std::array formats{ReportFormat::csv, ReportFormat::xlsx, ReportFormat::json};

} // namespace

std::string_view report_format_name(ReportFormat format) {
    switch (format) {
    case ReportFormat::csv:
        return "csv";
    case ReportFormat::xlsx:
        return "xlsx";
    case ReportFormat::json:
        break;
    }
    return "json";
}

Result<ReportFormat> parse_report_format(std::string_view text) {
    for (const ReportFormat format : formats) {
        if (text == report_format_name(format)) {
            return format;
        }
    }
    return fail(ErrorCode::invalid_argument, "the format must be csv, xlsx or json", "format");
}

std::string_view report_media_type(ReportFormat format) {
    switch (format) {
    case ReportFormat::csv:
        return "text/csv; charset=utf-8; header=present";
    case ReportFormat::xlsx:
        return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    case ReportFormat::json:
        break;
    }
    return "application/json";
}

std::unique_ptr<ReportWriter> make_report_writer(ReportFormat format, const std::string& path) {
    switch (format) {
    case ReportFormat::csv:
        return make_csv_writer(path);
    case ReportFormat::xlsx:
        return make_xlsx_writer(path);
    case ReportFormat::json:
        break;
    }
    return make_json_writer(path);
}

bool is_plain_integer(std::string_view text) {
    if (text.starts_with('-')) {
        text.remove_prefix(1);
    }
    const bool digits =
        std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
    return digits && !text.empty() && (text.size() == 1 || text.front() != '0');
}

Result<AtomicFile>
open_report_file(const std::string& path, std::size_t columns, std::size_t columns_max) {
    if (columns == 0 || columns > columns_max) {
        return fail(
            ErrorCode::invalid_argument,
            "a report must have 1 to " + std::to_string(columns_max) + " columns in this format",
            "columns"
        );
    }
    return AtomicFile::create(path);
}

void require_value_count(std::size_t values, std::size_t columns) {
    if (values != columns) {
        throw Failure(
            ErrorCode::internal,
            "a report row has " + std::to_string(values) + " values for " +
                std::to_string(columns) + " columns"
        );
    }
}

} // namespace bgerp::reports
