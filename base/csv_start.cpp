// How a CSV file begins: which byte order marks are refused, and which is skipped.

#include "base/csv.hpp"

namespace bgerp {

namespace {

// The encoding that a byte order mark other than UTF-8's announces, or nothing.
std::string_view foreign_encoding(std::string_view start) {
    const auto starts = [start](std::string_view mark) { return start.starts_with(mark); };
    if (starts(std::string_view("\xFF\xFE\0\0", 4)) ||
        starts(std::string_view("\0\0\xFE\xFF", 4))) {
        return "UTF-32";
    }
    if (starts("\xFF\xFE") || starts("\xFE\xFF")) {
        return "UTF-16";
    }
    return {};
}

constexpr std::string_view utf8_mark = "\xEF\xBB\xBF";

} // namespace

bool CsvReader::start_of_file() {
    started_ = true;
    if (options_.start_offset > 0) {
        return true;
    }
    // A pipe may bring the mark byte by byte.
    while (size_ < 4) {
        auto count = source_->read(std::span(block_).subspan(size_));
        if (!count) {
            failure_ = std::move(count.error());
            return false;
        }
        if (*count == 0) {
            break;
        }
        size_ += *count;
    }
    const std::string_view start(block_.data(), size_);
    if (const auto encoding = foreign_encoding(start); !encoding.empty()) {
        failure_ = Error{
            ErrorCode::invalid_argument,
            "not UTF-8: the file starts with the byte order mark of " + std::string(encoding) +
                "; save it as UTF-8 and send it again",
            {},
            {}};
        return false;
    }
    if (start.starts_with(utf8_mark)) {
        position_ = utf8_mark.size();
    }
    return true;
}

} // namespace bgerp
