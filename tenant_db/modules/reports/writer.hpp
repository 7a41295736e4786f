// Writes the rows of a report to a file, in constant memory however many there are, as CSV, XLSX
// or JSON. The report job feeds it from the database row by row. The file appears under its name
// at finish(), whole and synced, or not at all. One thread at a time; calls block on the disk.
#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace bgerp::reports {

enum class ReportFormat { csv, xlsx, json };

/// As in `--format` and file names: "csv", "xlsx", "json".
[[nodiscard]] std::string_view report_format_name(ReportFormat format);
[[nodiscard]] Result<ReportFormat> parse_report_format(std::string_view text);

/// For Content-Type headers.
[[nodiscard]] std::string_view report_media_type(ReportFormat format);

enum class ReportColumnType {
    text,
    integer, // JSON: a number
    decimal, // plain notation; JSON: a string, so that no reader makes floating point of it
    date,    // YYYY-MM-DD
};

struct ReportColumn {
    std::string name;
    ReportColumnType type = ReportColumnType::text;
};

/// A cell as the database prints it, in UTF-8; nothing for NULL. A value that doesn't look like
/// its column's type is written as text rather than refused.
using ReportValue = std::optional<std::string_view>;

class ReportWriter {
public:
    ReportWriter() = default;
    ReportWriter(const ReportWriter&) = delete;
    ReportWriter& operator=(const ReportWriter&) = delete;

    /// Without finish(), leaves nothing behind.
    virtual ~ReportWriter() = default;

    /// Starts the file; once, first. Errors as AtomicFile::create, and invalid_argument for no
    /// columns, or more of them than the format holds.
    [[nodiscard]] virtual Result<void> begin(std::span<const ReportColumn> columns) = 0;

    /// Adds a row with a value a column. Fails with storage_full; too_large when XLSX has no more
    /// rows (1,048,575) or the text fits no XLSX cell (32,767 characters), and the message says to
    /// take CSV. Nothing but destruction may follow a failure.
    [[nodiscard]] virtual Result<void> row(std::span<const ReportValue> values) = 0;

    /// Completes the file, checks it, syncs it and gives it its name. Returns the number of rows.
    [[nodiscard]] virtual Result<std::uint64_t> finish() = 0;
};

/// A writer of `path`, whose folder exists. Touches nothing before begin().
[[nodiscard]] std::unique_ptr<ReportWriter>
make_report_writer(ReportFormat format, const std::string& path);

} // namespace bgerp::reports
