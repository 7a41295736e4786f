// Reads CSV (RFC 4180, UTF-8, LF or CRLF) one record at a time in constant memory, however long
// the file or a damaged line in it is. Imports read with it; base/csv_writer.hpp writes what it
// reads. It knows no header and no types: whoever reads decides what the columns mean. A reader
// belongs to one thread at a time; reads block.
#pragma once

#include "base/byte_source.hpp"
#include "base/error.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bgerp {

struct CsvOptions {
    // A spreadsheet row of 32 columns full to the brim (32,767 characters each) just fits; what is
    // longer is a file whose quotes are broken, and would otherwise be read into memory whole.
    std::size_t record_bytes_max = std::size_t{1} << 20U;
    // A megabyte of commas would otherwise be a million strings.
    std::size_t columns_max = 4096;
    std::size_t block_bytes = std::size_t{256} << 10U;
    // Where in the file the source starts, for reading on from an earlier record's end.
    std::uint64_t start_offset = 0;
    std::uint64_t start_line = 1;
};

/// One record. Hand the same one to every next(): its buffers are used again.
struct CsvRecord {
    std::vector<std::string> fields;
    std::uint64_t line = 0;       // physical line on which the record starts, from 1
    std::uint64_t end_offset = 0; // the byte after its line break: start_offset for going on
    std::uint64_t end_line = 0;   // the line at end_offset: start_line for going on
};

class CsvReader {
public:
    explicit CsvReader(std::unique_ptr<ByteSource> source, CsvOptions options = {});

    /// Opens a file at options.start_offset; errors as open_file_source.
    [[nodiscard]] static Result<CsvReader>
    open_file(const std::string& path, CsvOptions options = {});

    /// Names for the columns in error messages, once the header has been read.
    void name_columns(std::vector<std::string> names) { column_names_ = std::move(names); }

    /// Reads the next record; false at the end of the file. Lines with nothing on them are
    /// skipped. Fails with invalid_argument (quotes, encoding), too_large (record_bytes_max,
    /// columns_max) or the source's error; the message says line and column, `field` the column's
    /// name or number. A failure is final, because after a broken quote nobody knows where the next
    /// record starts: further calls return it again.
    [[nodiscard]] Result<bool> next(CsvRecord& record);

private:
    enum class Ending { comma, line, file, failed };

    [[nodiscard]] bool fill();
    [[nodiscard]] bool start_of_file();
    [[nodiscard]] bool skip_blank_lines();
    [[nodiscard]] bool read_record(CsvRecord& record);
    [[nodiscard]] Ending read_field(std::string& field);
    [[nodiscard]] Ending read_plain(std::string& field);
    [[nodiscard]] Ending read_quoted(std::string& field);
    [[nodiscard]] Ending after_field(const char* unexpected);
    [[nodiscard]] bool take(std::string& field, std::size_t count);
    [[nodiscard]] bool check_text(const std::string& field, bool quoted, std::uint64_t start);
    Ending broken(std::string_view what, std::uint64_t line);
    Ending nul_byte();

    [[nodiscard]] std::uint64_t offset() const { return block_offset_ + position_; }

    [[nodiscard]] std::string column_name() const;

    std::unique_ptr<ByteSource> source_;
    CsvOptions options_;
    std::vector<char> block_;
    std::size_t position_ = 0;
    std::size_t size_ = 0;
    std::uint64_t block_offset_ = 0;
    std::uint64_t line_ = 1;
    std::uint64_t record_start_ = 0;
    std::uint64_t field_line_ = 0;
    std::size_t column_ = 0; // from 0
    bool started_ = false;
    std::vector<std::string> column_names_;
    std::optional<Error> failure_;
};

} // namespace bgerp
