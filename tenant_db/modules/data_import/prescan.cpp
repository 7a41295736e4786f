#include "tenant_db/modules/data_import/prescan.hpp"

#include "base/csv.hpp"

namespace bgerp::data_import {

namespace {

// How often a scan asks whether it is to stop: a few milliseconds' worth of records.
constexpr std::uint64_t records_between_checks = 4096;

} // namespace

Result<HeaderMap> read_header(
    const std::string& path, const ImportTarget& target, const Json& mapping, ImportCursor& cursor
) {
    auto reader = CsvReader::open_file(path);
    if (!reader) {
        return tl::unexpected<Error>(reader.error());
    }
    CsvRecord record;
    const auto found = reader->next(record);
    if (!found) {
        return tl::unexpected<Error>(found.error());
    }
    if (!*found) {
        return fail(ErrorCode::invalid_argument, "the file is empty: it has no header line");
    }
    if (cursor.byte_offset == 0) {
        cursor.byte_offset = record.end_offset;
        cursor.line = record.end_line;
    }
    return HeaderMap::make(record.fields, target.columns, mapping);
}

Result<CsvReader>
open_at(const std::string& path, const HeaderMap& header, const ImportCursor& cursor) {
    CsvOptions options;
    options.start_offset = cursor.byte_offset;
    options.start_line = cursor.line;
    auto reader = CsvReader::open_file(path, options);
    if (reader) {
        reader->name_columns(header.titles());
    }
    return reader;
}

Result<void> scan_records(
    const std::string& path,
    const HeaderMap& header,
    const ImportCursor& cursor,
    const JobControl& control
) {
    auto reader = open_at(path, header, cursor);
    if (!reader) {
        return tl::unexpected<Error>(reader.error());
    }
    CsvRecord record;
    for (std::uint64_t count = 1;; ++count) {
        const auto more = reader->next(record);
        if (!more) {
            return tl::unexpected<Error>(more.error());
        }
        if (!*more) {
            return {};
        }
        if (count % records_between_checks == 0 && control.stop_requested()) {
            return fail(ErrorCode::cancelled, "stopped while checking the file");
        }
    }
}

} // namespace bgerp::data_import
