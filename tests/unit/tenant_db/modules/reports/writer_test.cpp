#include "base/csv.hpp"
#include "base/json.hpp"
#include "tenant_db/modules/reports/writer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <minizip/unzip.h>
#include <sstream>
#include <sys/resource.h>
#include <unistd.h>

namespace bgerp::reports {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using Row = std::vector<ReportValue>;

const std::vector<ReportColumn> columns{
    {"name", ReportColumnType::text},
    {"days", ReportColumnType::integer},
    {"gross", ReportColumnType::decimal},
    {"hired", ReportColumnType::date},
};

// Inflates one part of an XLSX file, with the library's reader and none of our code.
std::string part_of(const std::string& path, const char* part) {
    unzFile archive = unzOpen(path.c_str());
    EXPECT_NE(archive, nullptr);
    EXPECT_EQ(unzLocateFile(archive, part, 1), UNZ_OK);
    EXPECT_EQ(unzOpenCurrentFile(archive), UNZ_OK);
    std::string text;
    std::array<char, 4096> block{};
    for (int count = 1; count > 0;) {
        count = unzReadCurrentFile(archive, block.data(), block.size());
        text.append(block.data(), count > 0 ? static_cast<std::size_t>(count) : 0);
    }
    EXPECT_EQ(unzCloseCurrentFile(archive), UNZ_OK);
    unzClose(archive);
    return text;
}

std::string sheet_of(const std::string& path) {
    return part_of(path, "xl/worksheets/sheet1.xml");
}

class ReportWriterTest : public testing::Test {
protected:
    void SetUp() override {
        folder_ = fs::temp_directory_path() / ("bgerp_writer_" + std::to_string(::getpid()));
        fs::create_directories(folder_);
    }

    void TearDown() override { fs::remove_all(folder_); }

    [[nodiscard]] std::string path() const { return (folder_ / "report").string(); }

    [[nodiscard]] std::string content() const {
        std::ostringstream text;
        text << std::ifstream(path()).rdbuf();
        return text.str();
    }

    [[nodiscard]] bool empty() const { return fs::is_empty(folder_); }

    void write(ReportFormat format, const std::vector<Row>& rows) const {
        const auto writer = make_report_writer(format, path());
        value_or_throw(writer->begin(columns));
        for (const Row& row : rows) {
            value_or_throw(writer->row(row));
        }
        EXPECT_EQ(value_or_throw(writer->finish()), rows.size());
    }

    fs::path folder_;
};

TEST_F(ReportWriterTest, WritesCsvThatReadsBack) {
    write(ReportFormat::csv, {{"Silva, Ana", "31", "10000.50", "2020-02-29"}, {"Ng", {}, {}, {}}});
    EXPECT_EQ(content(), "name,days,gross,hired\n\"Silva, Ana\",31,10000.50,2020-02-29\nNg,,,\n");
}

TEST_F(ReportWriterTest, WritesJsonWithDecimalsAsText) {
    write(
        ReportFormat::json,
        {{"Ana \"A\"\n", "31", "10000.50", "2020-02-29"},
         {"漢", "007", {}, {}},
         {"", "-5", "x", "y"}}
    );
    const Json rows = value_or_throw(parse_json(content()));
    EXPECT_EQ(rows, Json::parse(R"([
            {"name": "Ana \"A\"\n", "days": 31, "gross": "10000.50", "hired": "2020-02-29"},
            {"name": "漢", "days": "007", "gross": null, "hired": null},
            {"name": "", "days": -5, "gross": "x", "hired": "y"}])"));
    write(ReportFormat::json, {});
    EXPECT_EQ(value_or_throw(parse_json(content())), Json::array());
}

TEST_F(ReportWriterTest, WritesXlsxWithNumbersWhereTheyStayExact) {
    write(
        ReportFormat::xlsx,
        {{"=1+1", "31", "10000.50", "2020-02-29"},
         {"<&> 漢", "1234567890123456", "1234567890123.45", "1899-12-31"},
         {{}, "007", "12345678901234.567", "soon"}}
    );
    const std::string sheet = sheet_of(path());
    for (const char* cell :
         {"<c r=\"A1\" s=\"1\" t=\"inlineStr\"><is><t>name</t></is></c>",
          "<c r=\"A2\" t=\"inlineStr\"><is><t>=1+1</t></is></c>", // text, no formula
          "<c r=\"B2\" s=\"2\"><v>31</v></c>",
          "><v>10000.5</v></c>",
          "><v>43890</v></c>", // days since 1899-12-30
          "<t>&lt;&amp;&gt; 漢</t>",
          "<c r=\"B3\" t=\"inlineStr\"><is><t>1234567890123456</t></is></c>",
          "><v>1234567890123.45</v></c>",
          "<t>1899-12-31</t>",
          "<row r=\"4\"><c r=\"B4\" t=\"inlineStr\"><is><t>007</t>",
          "<t>12345678901234.567</t>",
          "<t>soon</t>"}) {
        EXPECT_THAT(sheet, HasSubstr(cell));
    }
    EXPECT_THAT(part_of(path(), "xl/styles.xml"), HasSubstr("formatCode=\"#,##0.00\""));
    EXPECT_THAT(part_of(path(), "xl/styles.xml"), HasSubstr("formatCode=\"yyyy-mm-dd\""));
}

TEST_F(ReportWriterTest, LeavesNothingBehindWithoutFinish) {
    for (const ReportFormat format : {ReportFormat::csv, ReportFormat::xlsx, ReportFormat::json}) {
        const auto writer = make_report_writer(format, path());
        value_or_throw(writer->begin(columns));
        value_or_throw(writer->row(Row{"Ana", "31", "1", {}}));
    }
    EXPECT_TRUE(empty());
}

TEST_F(ReportWriterTest, RefusesWhatAFormatCantHold) {
    const auto writer = make_report_writer(ReportFormat::xlsx, path());
    value_or_throw(writer->begin(columns));
    const std::string fits(32'767, 'x');
    EXPECT_TRUE(writer->row(Row{fits, {}, {}, {}}).has_value());
    const auto refused = writer->row(Row{fits + "x", {}, {}, {}});
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, ErrorCode::too_large);
    EXPECT_EQ(refused.error().field, "name");
    EXPECT_THAT(refused.error().message, HasSubstr("CSV"));
    const std::vector<ReportColumn> many(16'385, ReportColumn{"x", ReportColumnType::text});
    EXPECT_FALSE(make_report_writer(ReportFormat::xlsx, path() + "2")->begin(many).has_value());
    EXPECT_FALSE(make_report_writer(ReportFormat::csv, path() + "2")->begin({}).has_value());
}

TEST_F(ReportWriterTest, XlsxHoldsAMillionRowsAndSaysWhenTheyAreMore) {
    const auto writer = make_report_writer(ReportFormat::xlsx, path());
    value_or_throw(writer->begin(std::vector<ReportColumn>{{"n", ReportColumnType::integer}}));
    for (int i = 0; i < 1'048'575; ++i) {
        ASSERT_TRUE(writer->row(Row{"1"}).has_value());
    }
    const auto refused = writer->row(Row{"1"});
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, ErrorCode::too_large);
    EXPECT_THAT(refused.error().message, HasSubstr("CSV"));
}

// Writes a report of some 160 kB in a child whose files may not grow past `bytes_max`, which stands
// for a full disk; ends with 0 when all went well and 28 (ENOSPC) when the writer said
// storage_full.
[[noreturn]] void write_with_limit(ReportFormat format, const std::string& path, rlim_t bytes_max) {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{bytes_max, bytes_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    const auto writer = make_report_writer(format, path);
    Result<void> done = writer->begin(columns);
    for (int i = 0; i < 1000 && done; ++i) {
        done = writer->row(Row{"somebody " + std::to_string(i * 7919), "31", "10000.50", {}});
    }
    const bool finished = done && writer->finish().map_error([&](const Error& error) {
        done = tl::unexpected<Error>(error);
        return error;
    });
    if (finished) {
        std::_Exit(0);
    }
    std::_Exit(done.error().code == ErrorCode::storage_full ? ENOSPC : 1);
}

TEST_F(ReportWriterTest, EveryFormatSaysWhenTheDiskIsFull) {
    for (const ReportFormat format : {ReportFormat::csv, ReportFormat::xlsx, ReportFormat::json}) {
        EXPECT_EXIT(write_with_limit(format, path(), 20'000), testing::ExitedWithCode(ENOSPC), "");
        EXPECT_FALSE(fs::exists(path()));
    }
}

// The largest file the library makes on its way is the sheet before it is packed: one byte too
// little for it must be noticed, although the library itself doesn't look.
TEST_F(ReportWriterTest, XlsxIsWholeOrRefusedAtAnyLimit) {
    EXPECT_EXIT(
        write_with_limit(ReportFormat::xlsx, path(), RLIM_INFINITY),
        testing::ExitedWithCode(0),
        ""
    );
    const std::string whole = sheet_of(path());
    ASSERT_GT(whole.size(), 100'000U);
    fs::remove(path());
    for (const std::size_t missing : {1U, 10U, 30U, 500U, 5'000U, 50'000U}) {
        EXPECT_EXIT(
            write_with_limit(ReportFormat::xlsx, path(), whole.size() - missing),
            testing::ExitedWithCode(ENOSPC),
            ""
        ) << missing;
        EXPECT_FALSE(fs::exists(path()));
    }
    EXPECT_EXIT(
        write_with_limit(ReportFormat::xlsx, path(), whole.size()),
        testing::ExitedWithCode(0),
        ""
    );
    EXPECT_EQ(sheet_of(path()), whole);
}

TEST(ReportFormats, HaveNames) {
    EXPECT_EQ(value_or_throw(parse_report_format("xlsx")), ReportFormat::xlsx);
    EXPECT_EQ(parse_report_format("pdf").error().field, "format");
    EXPECT_EQ(report_media_type(ReportFormat::json), "application/json");
}

} // namespace
} // namespace bgerp::reports
