#include "base/csv.hpp"

#include "base/utf8.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace bgerp {

namespace {

using Stops = std::array<bool, 256>;

constexpr Stops stops_at(std::string_view characters) {
    Stops stops{};
    for (const char c : characters) {
        stops[static_cast<unsigned char>(c)] = true;
    }
    return stops;
}

// NUL ends a run in both: it never occurs in text, and nearly always means UTF-16.
constexpr Stops plain_stops = stops_at(std::string_view(",\"\n\r\0", 5));
constexpr Stops quoted_stops = stops_at(std::string_view("\"\n\0", 3));

std::size_t run_length(const char* from, const char* end, const Stops& stops) {
    const char* at = from;
    while (at != end && !stops[static_cast<unsigned char>(*at)]) {
        ++at;
    }
    return static_cast<std::size_t>(at - from);
}

} // namespace

CsvReader::CsvReader(std::unique_ptr<ByteSource> source, CsvOptions options)
    : source_(std::move(source))
    , options_(options)
    , block_(std::max<std::size_t>(options.block_bytes, 16)) // room for a byte order mark
    , block_offset_(options.start_offset)
    , line_(options.start_line) {}

Result<CsvReader> CsvReader::open_file(const std::string& path, CsvOptions options) {
    auto source = open_file_source(path, options.start_offset);
    if (!source) {
        return tl::unexpected<Error>(std::move(source.error()));
    }
    return CsvReader(std::move(*source), options);
}

Result<bool> CsvReader::next(CsvRecord& record) {
    const bool found =
        !failure_ && (started_ || start_of_file()) && skip_blank_lines() && read_record(record);
    if (failure_) {
        return tl::unexpected<Error>(*failure_);
    }
    return found;
}

// True when there is a byte at position_; false at the end of the file or on a failure.
bool CsvReader::fill() {
    if (position_ < size_) {
        return true;
    }
    if (failure_) {
        return false;
    }
    block_offset_ += size_;
    position_ = 0;
    size_ = 0;
    auto count = source_->read(block_);
    if (!count) {
        failure_ = std::move(count.error());
        return false;
    }
    size_ = *count;
    return size_ > 0;
}

// Stands at the first byte of a record afterwards; false at the end of the file.
bool CsvReader::skip_blank_lines() {
    while (fill()) {
        if (block_[position_] == '\n') {
            ++position_;
            ++line_;
        } else if (block_[position_] == '\r') {
            column_ = 0;
            record_start_ = offset();
            if (after_field("a carriage return without a line feed") != Ending::line) {
                return false;
            }
        } else {
            return true;
        }
    }
    return false;
}

bool CsvReader::read_record(CsvRecord& record) {
    record.line = line_;
    record_start_ = offset();
    column_ = 0;
    for (;;) {
        if (column_ == record.fields.size()) {
            record.fields.emplace_back();
        }
        const Ending ending = read_field(record.fields[column_]);
        if (ending == Ending::failed) {
            return false;
        }
        if (ending != Ending::comma) {
            break;
        }
        if (++column_ >= options_.columns_max) {
            failure_ = Error{
                ErrorCode::too_large,
                "line " + std::to_string(record.line) + " has more than " +
                    std::to_string(options_.columns_max) + " columns",
                {},
                {}};
            return false;
        }
    }
    record.fields.resize(column_ + 1);
    record.end_offset = offset();
    record.end_line = line_;
    return true;
}

CsvReader::Ending CsvReader::read_field(std::string& field) {
    field.clear();
    field_line_ = line_;
    const bool more = fill();
    const std::uint64_t start = offset();
    const bool quoted = more && block_[position_] == '"';
    if (quoted) {
        ++position_;
    }
    const Ending ending = quoted ? read_quoted(field) : read_plain(field);
    if (ending != Ending::failed && !check_text(field, quoted, start)) {
        return Ending::failed;
    }
    return ending;
}

CsvReader::Ending CsvReader::read_plain(std::string& field) {
    while (fill()) {
        const char* from = block_.data() + position_;
        const std::size_t run = run_length(from, block_.data() + size_, plain_stops);
        if (!take(field, run)) {
            return Ending::failed;
        }
        if (position_ == size_) {
            continue;
        }
        switch (block_[position_]) {
        case '"':
            return broken("a quote inside a field that doesn't start with one", line_);
        case '\0':
            return nul_byte();
        default:
            return after_field("a carriage return without a line feed");
        }
    }
    return failure_ ? Ending::failed : Ending::file;
}

CsvReader::Ending CsvReader::read_quoted(std::string& field) {
    while (fill()) {
        const char* from = block_.data() + position_;
        const std::size_t run = run_length(from, block_.data() + size_, quoted_stops);
        if (!take(field, run)) {
            return Ending::failed;
        }
        if (position_ == size_) {
            continue;
        }
        const char stop = block_[position_];
        if (stop == '\0') {
            return nul_byte();
        }
        if (stop == '\n') {
            ++line_;
            field += '\n';
            ++position_;
            continue;
        }
        ++position_;
        if (!fill() || block_[position_] != '"') {
            return after_field("text after the closing quote");
        }
        field += '"';
        ++position_;
    }
    return failure_ ? Ending::failed
                    : broken("the quote that opens here is never closed", field_line_);
}

// Takes the comma, line break or end of file that must follow a field.
CsvReader::Ending CsvReader::after_field(const char* unexpected) {
    if (!fill()) {
        return failure_ ? Ending::failed : Ending::file;
    }
    const char c = block_[position_];
    if (c == ',') {
        ++position_;
        return Ending::comma;
    }
    if (c == '\r') {
        ++position_;
        // A carriage return as the file's last byte is half a CRLF cut off: nothing is missing.
        if (!fill()) {
            return failure_ ? Ending::failed : Ending::file;
        }
    }
    if (block_[position_] == '\n') {
        ++position_;
        ++line_;
        return Ending::line;
    }
    return broken(c == '\r' ? "a carriage return without a line feed" : unexpected, line_);
}

// Moves `count` bytes of the block to the field, unless the record grows too long by them.
bool CsvReader::take(std::string& field, std::size_t count) {
    if (offset() + count - record_start_ > options_.record_bytes_max) {
        failure_ = Error{
            ErrorCode::too_large,
            "line " + std::to_string(field_line_) + ", column " + column_name() +
                ": the record is longer than " + std::to_string(options_.record_bytes_max) +
                " bytes; is a quote missing?",
            column_name(),
            {}};
        return false;
    }
    field.append(block_.data() + position_, count);
    position_ += count;
    return true;
}

bool CsvReader::check_text(const std::string& field, bool quoted, std::uint64_t start) {
    const auto bad = utf8_error_at(field);
    if (!bad) {
        return true;
    }
    // In the file a quoted field is longer by its opening quote and one byte per quote in it.
    const auto bad_at = field.begin() + static_cast<std::ptrdiff_t>(*bad);
    const auto count = [&](char c) {
        return static_cast<std::uint64_t>(std::count(field.begin(), bad_at, c));
    };
    const std::uint64_t at = start + *bad + (quoted ? 1 + count('"') : 0);
    broken("not UTF-8 at byte " + std::to_string(at) + " of the file", field_line_ + count('\n'));
    return false;
}

CsvReader::Ending CsvReader::broken(std::string_view what, std::uint64_t line) {
    failure_ = Error{
        ErrorCode::invalid_argument,
        "line " + std::to_string(line) + ", column " + column_name() + ": " + std::string(what),
        column_name(),
        {}};
    return Ending::failed;
}

CsvReader::Ending CsvReader::nul_byte() {
    return broken(
        "not UTF-8 text: a NUL byte at byte " + std::to_string(offset()) +
            " of the file (is it UTF-16, or not a CSV file at all?)",
        line_
    );
}

std::string CsvReader::column_name() const {
    return column_ < column_names_.size() ? column_names_[column_] : std::to_string(column_ + 1);
}

} // namespace bgerp
