#include "base/csv.hpp"
#include "base/csv_writer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <unistd.h>

namespace bgerp {
namespace {

using Rows = std::vector<std::vector<std::string>>;

CsvReader reader_of(std::string text, CsvOptions options = {}) {
    return CsvReader(make_text_source(std::move(text)), options);
}

Result<Rows> read_all(CsvReader reader) {
    Rows rows;
    CsvRecord record;
    for (;;) {
        auto found = reader.next(record);
        if (!found) {
            return tl::unexpected<Error>(found.error());
        }
        if (!*found) {
            return rows;
        }
        rows.push_back(record.fields);
    }
}

Result<Rows> read_all(std::string text, CsvOptions options = {}) {
    return read_all(reader_of(std::move(text), options));
}

Error error_of(std::string text, CsvOptions options = {}) {
    const auto rows = read_all(std::move(text), options);
    EXPECT_FALSE(rows.has_value()) << "no error";
    return rows ? Error{} : rows.error();
}

TEST(CsvReader, ReadsQuotedFieldsWithCommasQuotesAndLineBreaks) {
    const auto rows = read_all("a,\"b,\"\"c\"\"\r\nd\",\"\"\r\n1,2,3\n");
    EXPECT_EQ(rows.value(), (Rows{{"a", "b,\"c\"\r\nd", ""}, {"1", "2", "3"}}));
}

TEST(CsvReader, TakesAFileWithoutALastLineBreakAndSkipsBlankLines) {
    EXPECT_EQ(
        read_all("\n\r\na,b\n\n\r\nc,\n\"\"\n ").value(),
        (Rows{{"a", "b"}, {"c", ""}, {""}, {" "}})
    );
    EXPECT_EQ(read_all("a\r").value(), (Rows{{"a"}}));
    EXPECT_EQ(read_all("").value(), Rows{});
    EXPECT_EQ(read_all("\r\n\n").value(), Rows{});
}

TEST(CsvReader, SkipsTheUtf8MarkOnly) {
    EXPECT_EQ(read_all("\xEF\xBB\xBF\"a\",b\n").value(), (Rows{{"a", "b"}}));
    EXPECT_EQ(read_all("\xEF\xBB\xBF").value(), Rows{});
    EXPECT_THAT(
        error_of("\xFF\xFE"
                 "a")
            .message,
        testing::HasSubstr("UTF-16")
    );
    EXPECT_THAT(error_of(std::string("\xFF\xFE\0\0", 4)).message, testing::HasSubstr("UTF-32"));
    EXPECT_THAT(
        error_of(std::string("a\0b\0", 4)).message,
        testing::HasSubstr("NUL byte at byte 1")
    );
}

TEST(CsvReader, SaysWhereQuotesAreBroken) {
    EXPECT_EQ(
        error_of("a,b\n1,\"x\ny\n").message,
        "line 2, column 2: the quote that opens here is never closed"
    );
    EXPECT_EQ(error_of("a\n\"x\"y\n").message, "line 2, column 1: text after the closing quote");
    EXPECT_EQ(
        error_of("a\n\n\nx\"y\n").message,
        "line 4, column 1: a quote inside a field that doesn't start with one"
    );
    EXPECT_THAT(error_of("a\rb\n").message, testing::HasSubstr("without a line feed"));
    EXPECT_THAT(error_of("\ra\n").message, testing::HasSubstr("without a line feed"));
}

TEST(CsvReader, SaysLineColumnAndByteOfTextThatIsNotUtf8) {
    auto reader = reader_of("name,city\n\"a\"\"\n\xE9t\xE9\",x\n");
    CsvRecord record;
    ASSERT_TRUE(reader.next(record).value());
    reader.name_columns(record.fields);
    const auto failed = reader.next(record);
    ASSERT_FALSE(failed.has_value());
    EXPECT_EQ(failed.error().message, "line 3, column name: not UTF-8 at byte 15 of the file");
    EXPECT_EQ(failed.error().field, "name");
    EXPECT_EQ(reader.next(record).error().message, failed.error().message) << "must be final";
}

// Endless text in a few bytes: proves that a line is given up long before it is in memory.
class EndlessSource final : public ByteSource {
public:
    EndlessSource(std::string start, char rest, std::size_t& handed_out)
        : start_(std::move(start))
        , rest_(rest)
        , handed_out_(handed_out) {}

    Result<std::size_t> read(std::span<char> block) override {
        for (char& c : block) {
            c = handed_out_ < start_.size() ? start_[handed_out_] : rest_;
            ++handed_out_;
        }
        return block.size();
    }

private:
    std::string start_;
    char rest_;
    std::size_t& handed_out_;
};

TEST(CsvReader, GivesUpARecordWithoutEndAtItsLimit) {
    for (const auto& [start, rest] : std::vector<std::pair<std::string, char>>{
             {"", 'x'},
             {"", '"'},
             {"\"", 'x'},
             {"\"", '\n'},
             {"a,b,\"", ','},
             {"", ','}}) {
        std::size_t handed_out = 0;
        CsvReader reader(std::make_unique<EndlessSource>(start, rest, handed_out));
        CsvRecord record;
        const auto failed = reader.next(record);
        ASSERT_FALSE(failed.has_value()) << start << rest;
        EXPECT_EQ(failed.error().code, ErrorCode::too_large) << failed.error().message;
        EXPECT_LE(handed_out, std::size_t{2} << 20U);
    }
}

TEST(CsvReader, TakesARecordExactlyAsLongAsTheLimit) {
    CsvOptions options;
    options.record_bytes_max = 5;
    EXPECT_EQ(read_all("ab,cd\n12345\n", options).value(), (Rows{{"ab", "cd"}, {"12345"}}));
    EXPECT_THAT(error_of("ab,cde\n", options).message, testing::HasSubstr("longer than 5 bytes"));
}

class BrokenSource final : public ByteSource {
public:
    Result<std::size_t> read(std::span<char> block) override {
        if (std::exchange(read_, true)) {
            return fail(ErrorCode::internal, "can't read tape");
        }
        block[0] = 'a';
        return 1;
    }

private:
    bool read_ = false;
};

TEST(CsvReader, PassesOnReadErrorsInsteadOfEndingEarly) {
    const auto rows = read_all(CsvReader(std::make_unique<BrokenSource>()));
    ASSERT_FALSE(rows.has_value());
    EXPECT_EQ(rows.error().message, "can't read tape");
}

// Writes RFC 4180's grammar down once more, naively, on a whole string in memory.
std::optional<Rows> naive_parse(const std::string& text) {
    Rows rows;
    std::vector<std::string> fields(1);
    bool anything = false;
    std::size_t i = 0;
    const auto at = [&](std::size_t k) { return k < text.size() ? text[k] : '\n'; };
    while (i < text.size()) {
        if (fields.back().empty() && !anything && at(i) == '"') {
            std::size_t end = i + 1;
            for (; end < text.size() && !(text[end] == '"' && at(end + 1) != '"'); ++end) {
                end += text[end] == '"' ? 1U : 0U;
                fields.back() += text[end];
            }
            if (end >= text.size()) {
                return std::nullopt;
            }
            anything = true;
            i = end + 1;
            if (std::string(",\n\r").find(at(i)) == std::string::npos) {
                return std::nullopt;
            }
        } else if (at(i) == ',') {
            fields.emplace_back();
            anything = false;
            ++i;
        } else if (at(i) == '\n' || (at(i) == '\r' && at(i + 1) == '\n')) {
            if (anything || fields.size() > 1) {
                rows.push_back(fields);
            }
            fields.assign(1, "");
            anything = false;
            i += at(i) == '\r' ? 2 : 1;
        } else if (at(i) == '\r' || at(i) == '"') {
            return std::nullopt;
        } else {
            fields.back() += text[i++];
            anything = true;
        }
    }
    if (anything || fields.size() > 1) {
        rows.push_back(fields);
    }
    return rows;
}

TEST(CsvReader, AgreesWithANaiveParserOnEveryShortText) {
    constexpr std::string_view alphabet = "a,\"\n\r";
    CsvOptions options;
    options.block_bytes = 16;
    for (std::size_t length = 0; length <= 6; ++length) {
        std::vector<std::size_t> digits(length, 0);
        for (bool more = true; more;) {
            std::string text;
            for (const std::size_t digit : digits) {
                text += alphabet[digit];
            }
            const auto expected = naive_parse(text);
            const auto actual = read_all(text, options);
            ASSERT_EQ(actual.has_value(), expected.has_value()) << testing::PrintToString(text);
            if (expected) {
                ASSERT_EQ(*actual, *expected) << testing::PrintToString(text);
            }
            more = false;
            for (std::size_t& digit : digits) {
                digit = (digit + 1) % alphabet.size();
                if (digit != 0) {
                    more = true;
                    break;
                }
            }
        }
    }
}

std::string random_field(std::mt19937& random) {
    constexpr std::array<std::string_view, 9>
        pieces{"a", "long text ", ",", "\"", "\n", "\r\n", "é", "漢字", "😀"};
    std::string field;
    for (auto count = random() % 6; count > 0; --count) {
        field += pieces[random() % pieces.size()];
    }
    return field;
}

TEST(CsvReader, ReadsBackWhatIsWrittenAndGoesOnFromAnyRecord) {
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    for (int round = 0; round < 200; ++round) {
        Rows rows(1 + random() % 20);
        std::string text;
        for (auto& row : rows) {
            row.resize(1 + random() % 5);
            std::generate(row.begin(), row.end(), [&] { return random_field(random); });
            append_csv_record(text, std::span<const std::string>(row));
        }
        CsvOptions options;
        options.block_bytes = 16 + random() % 40;
        ASSERT_EQ(read_all(text, options).value(), rows);

        auto reader = reader_of(text, options);
        CsvRecord record;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            ASSERT_TRUE(reader.next(record).value());
            const std::string before = text.substr(0, record.end_offset);
            ASSERT_EQ(record.end_line, 1 + std::count(before.begin(), before.end(), '\n'));
            CsvOptions rest = options;
            rest.start_offset = record.end_offset;
            rest.start_line = record.end_line;
            ASSERT_EQ(
                read_all(text.substr(record.end_offset), rest).value(),
                Rows(rows.begin() + static_cast<std::ptrdiff_t>(i) + 1, rows.end())
            );
        }
    }
}

TEST(CsvReader, OpensAFileInTheMiddleAndRefusesAShorterOne) {
    const auto path = std::filesystem::temp_directory_path() /
                      ("bgerp_csv_test_" + std::to_string(::getpid()) + ".csv");
    std::ofstream(path) << "a\nb\n";
    CsvOptions options;
    options.start_offset = 2;
    options.start_line = 2;
    CsvRecord record;
    auto reader = CsvReader::open_file(path.string(), options);
    ASSERT_TRUE(reader.value().next(record).value());
    EXPECT_EQ(record.fields, std::vector<std::string>{"b"});
    EXPECT_EQ(record.line, 2U);
    options.start_offset = 5;
    const auto shorter = CsvReader::open_file(path.string(), options);
    ASSERT_FALSE(shorter.has_value());
    EXPECT_THAT(shorter.error().message, testing::HasSubstr("not the same file"));
    std::filesystem::remove(path);
    EXPECT_EQ(CsvReader::open_file(path.string()).error().code, ErrorCode::not_found);
    EXPECT_EQ(CsvReader::open_file("/").error().code, ErrorCode::invalid_argument);
}

TEST(CsvWriter, QuotesOnlyWhatNeedsIt) {
    std::string text;
    append_csv_record(
        text,
        std::vector<std::string>{"a b", "x,y", "say \"hi\"", "", "=1+1", "two\nlines"}
    );
    append_csv_record(text, std::vector<std::string>{""});
    EXPECT_EQ(text, "a b,\"x,y\",\"say \"\"hi\"\"\",,=1+1,\"two\nlines\"\n\"\"\n");
}

} // namespace
} // namespace bgerp
