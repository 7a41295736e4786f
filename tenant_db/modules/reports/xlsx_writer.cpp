#include "base/decimal.hpp"
#include "base/file_error.hpp"
#include "base/iso_date.hpp"
#include "tenant_db/modules/reports/formats.hpp"
#include "tenant_db/modules/reports/xlsx_check.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <vector>
#include <xlsxwriter.h>

namespace bgerp::reports {

namespace {

// The format's own limits, as Excel documents them.
constexpr std::size_t columns_max = LXW_COL_MAX;
constexpr std::uint64_t rows_max = LXW_ROW_MAX - 1; // the header is a row too
constexpr std::size_t cell_units_max = 32'767;      // UTF-16 units
// Cells hold binary floating point: that many decimal digits come back unchanged.
constexpr std::size_t exact_digits_max = 15;
// Past 4 GiB the archive would need ZIP64, which not every reader of XLSX knows.
constexpr std::uint64_t sheet_bytes_max = (std::uint64_t{4} << 30U) - (std::uint64_t{16} << 20U);

std::size_t utf16_units(std::string_view text) {
    std::size_t units = 0;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        units += (byte & 0xC0U) != 0x80U ? 1U : 0U;
        units += byte >= 0xF0U ? 1U : 0U;
    }
    return units;
}

// Digits that a binary number must hold: zeros in front, and behind in a fraction, cost nothing.
std::size_t significant_digits(std::string_view number) {
    if (number.find('.') != std::string_view::npos) {
        number = number.substr(0, number.find_last_not_of('0') + 1);
    }
    std::size_t digits = 0;
    for (const char c : number) {
        const bool counts = c >= '1' && c <= '9';
        digits += counts || (c == '0' && digits > 0) ? 1U : 0U;
    }
    return digits;
}

double to_double(std::string_view number) {
    double value = 0;
    std::from_chars(number.data(), number.data() + number.size(), value);
    return value;
}

tl::unexpected<Error> disk_full(std::string detail) {
    return fail(
        ErrorCode::storage_full,
        "can't write the XLSX file: the disk is full or failed",
        {},
        std::move(detail)
    );
}

struct FreeWorkbook {
    void operator()(lxw_workbook* workbook) const { lxw_workbook_free(workbook); }
};

class XlsxReportWriter final : public ReportWriter {
public:
    explicit XlsxReportWriter(std::string path)
        : path_(std::move(path))
        , folder_(folder_of(path_)) {}

    Result<void> begin(std::span<const ReportColumn> columns) override;
    Result<void> row(std::span<const ReportValue> values) override;
    Result<std::uint64_t> finish() override;

private:
    struct Cell {
        lxw_row_t row;
        lxw_col_t column;
    };

    void make_formats();
    void write_header();
    [[nodiscard]] Result<void> write_cell(Cell cell, std::string_view value);
    [[nodiscard]] Result<void> write_text(Cell cell, std::string_view value);
    [[nodiscard]] bool write_number(Cell cell, std::string_view value);
    [[nodiscard]] bool write_date(Cell cell, std::string_view value);

    std::string path_;
    std::string folder_;
    std::vector<ReportColumn> columns_;
    std::optional<AtomicFile> file_;
    std::unique_ptr<lxw_workbook, FreeWorkbook> workbook_;
    lxw_worksheet* sheet_ = nullptr; // the workbook's
    lxw_format* header_format_ = nullptr;
    lxw_format* integer_format_ = nullptr;
    lxw_format* date_format_ = nullptr;
    std::array<lxw_format*, Decimal::fraction_digits_max + 1> decimal_formats_{}; // by digits
    std::string text_; // a cell's, ended by a zero
    std::uint64_t rows_ = 0;
};

Result<void> XlsxReportWriter::begin(std::span<const ReportColumn> columns) {
    auto file = open_report_file(path_, columns.size(), columns_max);
    if (!file) {
        return tl::unexpected<Error>(std::move(file.error()));
    }
    file_.emplace(std::move(*file));
    columns_.assign(columns.begin(), columns.end());
    lxw_workbook_options options{};
    options.constant_memory = LXW_TRUE;
    // Its temporary files are as large as the report: beside it, not on a small /tmp.
    options.tmpdir = folder_.data();
    workbook_.reset(workbook_new_opt(file_->temporary_path().c_str(), &options));
    sheet_ = workbook_ ? workbook_add_worksheet(workbook_.get(), "Report") : nullptr;
    if (sheet_ == nullptr) {
        return fail(ErrorCode::internal, "can't start an XLSX file");
    }
    if (sheet_->optimize_tmpfile == nullptr) {
        return disk_full("no temporary file for the sheet");
    }
    make_formats();
    write_header();
    return {};
}

void XlsxReportWriter::make_formats() {
    const auto format_of = [this](const char* number_format) {
        lxw_format* format = workbook_add_format(workbook_.get());
        format_set_num_format(format, number_format);
        return format;
    };
    header_format_ = workbook_add_format(workbook_.get());
    format_set_bold(header_format_);
    integer_format_ = format_of("0");
    date_format_ = format_of("yyyy-mm-dd");
    for (std::size_t digits = 0; digits < decimal_formats_.size(); ++digits) {
        const std::string pattern = digits == 0 ? "#,##0" : "#,##0." + std::string(digits, '0');
        decimal_formats_.at(digits) = format_of(pattern.c_str());
    }
}

void XlsxReportWriter::write_header() {
    constexpr double text_width = 24; // characters of the default font
    constexpr double number_width = 14;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        const auto column = static_cast<lxw_col_t>(i);
        const bool text = columns_[i].type == ReportColumnType::text;
        worksheet_set_column(sheet_, column, column, text ? text_width : number_width, nullptr);
    }
    worksheet_freeze_panes(sheet_, 1, 0);
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        const auto column = static_cast<lxw_col_t>(i);
        worksheet_write_string(sheet_, 0, column, columns_[i].name.c_str(), header_format_);
    }
}

Result<void> XlsxReportWriter::row(std::span<const ReportValue> values) {
    require_value_count(values.size(), columns_.size());
    if (rows_ == rows_max) {
        return fail(
            ErrorCode::too_large,
            "an XLSX sheet holds " + std::to_string(rows_max) +
                " rows and this report has more: "
                "build it as CSV"
        );
    }
    ++rows_;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (!values[i]) {
            continue;
        }
        const Cell cell{static_cast<lxw_row_t>(rows_), static_cast<lxw_col_t>(i)};
        if (auto written = write_cell(cell, *values[i]); !written) {
            return written;
        }
    }
    // The library writes the row before to its temporary file and doesn't look at the result.
    if (std::ferror(sheet_->optimize_tmpfile) != 0) {
        return disk_full("temporary file of the sheet");
    }
    return {};
}

Result<void> XlsxReportWriter::write_cell(Cell cell, std::string_view value) {
    bool written = false;
    switch (columns_[cell.column].type) {
    case ReportColumnType::integer:
    case ReportColumnType::decimal:
        written = write_number(cell, value);
        break;
    case ReportColumnType::date:
        written = write_date(cell, value);
        break;
    case ReportColumnType::text:
        break;
    }
    return written ? Result<void>() : write_text(cell, value);
}

Result<void> XlsxReportWriter::write_text(Cell cell, std::string_view value) {
    if (value.size() > cell_units_max && utf16_units(value) > cell_units_max) {
        return fail(
            ErrorCode::too_large,
            "row " + std::to_string(rows_) + ": the text is longer than the " +
                std::to_string(cell_units_max) + " characters of an XLSX cell: build it as CSV",
            columns_[cell.column].name
        );
    }
    text_ = value;
    // The library takes text up to its first zero; a blank loses less.
    std::replace(text_.begin(), text_.end(), '\0', ' ');
    worksheet_write_string(sheet_, cell.row, cell.column, text_.c_str(), nullptr);
    return {};
}

// False when the value is no number, or one that binary floating point would change.
bool XlsxReportWriter::write_number(Cell cell, std::string_view value) {
    const bool whole = columns_[cell.column].type == ReportColumnType::integer;
    const std::size_t point = value.find('.');
    const std::size_t digits = point == std::string_view::npos ? 0 : value.size() - point - 1;
    if (significant_digits(value) > exact_digits_max || digits >= decimal_formats_.size() ||
        (whole ? !is_plain_integer(value) : !Decimal::parse(value))) {
        return false;
    }
    lxw_format* format = whole ? integer_format_ : decimal_formats_.at(digits);
    worksheet_write_number(sheet_, cell.row, cell.column, to_double(value), format);
    return true;
}

// False when the value is no date, or before 1900, where a spreadsheet's calendar begins.
bool XlsxReportWriter::write_date(Cell cell, std::string_view value) {
    const auto date = parse_iso_date(value);
    if (!date || date->year() < std::chrono::year(1900)) {
        return false;
    }
    lxw_datetime day{};
    day.year = static_cast<int>(date->year());
    day.month = static_cast<int>(static_cast<unsigned>(date->month()));
    day.day = static_cast<int>(static_cast<unsigned>(date->day()));
    worksheet_write_datetime(sheet_, cell.row, cell.column, &day, date_format_);
    return true;
}

Result<std::uint64_t> XlsxReportWriter::finish() {
    std::FILE* rows = sheet_->optimize_tmpfile;
    lxw_worksheet_write_single_row(sheet_); // the last one, which would go out while closing
    if (std::fflush(rows) != 0 || std::ferror(rows) != 0) {
        return disk_full("temporary file of the sheet");
    }
    const auto sheet_bytes = static_cast<std::uint64_t>(::ftello(rows));
    if (sheet_bytes > sheet_bytes_max) {
        return fail(
            ErrorCode::too_large,
            "the report is too large for an XLSX file: build it as CSV"
        );
    }
    // Frees the workbook too, whatever happens.
    if (const lxw_error error = workbook_close(workbook_.release()); error != LXW_NO_ERROR) {
        return disk_full(lxw_strerror(error));
    }
    return check_xlsx(file_->temporary_path(), sheet_bytes)
        .and_then([this] { return file_->commit(); })
        .map([this] { return rows_; });
}

} // namespace

std::unique_ptr<ReportWriter> make_xlsx_writer(const std::string& path) {
    return std::make_unique<XlsxReportWriter>(path);
}

} // namespace bgerp::reports
