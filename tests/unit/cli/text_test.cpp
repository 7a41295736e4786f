#include "cli/duration.hpp"
#include "cli/nearest.hpp"
#include "cli/output.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace bgerp::cli {
namespace {

TEST(NearestTest, IsTheWordWithTheFewestWrongLetters) {
    const std::vector<std::string> nouns{"db", "org", "job", "queue", "schedule"};
    EXPECT_EQ(nearest("orgs", nouns), "org");
    EXPECT_EQ(nearest("quuee", nouns), "queue");
    EXPECT_EQ(nearest("shcedule", nouns), "schedule");
    EXPECT_EQ(nearest("jbo", nouns), "job") << "two letters swapped";
    EXPECT_EQ(nearest("payroll", nouns), std::nullopt);
    EXPECT_EQ(nearest("", nouns), std::nullopt);
    EXPECT_EQ(nearest(std::string(100'000, 'q'), nouns), std::nullopt);
}

TEST(DurationTest, IsANumberAndAUnit) {
    EXPECT_EQ(parse_duration("90", "--delay")->count(), 90);
    EXPECT_EQ(parse_duration("90s", "--delay")->count(), 90);
    EXPECT_EQ(parse_duration("5m", "--delay")->count(), 300);
    EXPECT_EQ(parse_duration("12h", "--delay")->count(), 43'200);
    EXPECT_EQ(parse_duration("30d", "--delay")->count(), 2'592'000);
    EXPECT_EQ(parse_duration("0", "--delay")->count(), 0);
    for (const char* wrong :
         {"", "m", "-5m", "5 m", "5mm", "5y", "1.5h", "99999999999999999999d", "99999999d"}) {
        const auto parsed = parse_duration(wrong, "--delay");
        ASSERT_FALSE(parsed) << wrong;
        EXPECT_EQ(parsed.error().field, "--delay");
    }
}

class OutputTest : public testing::Test {
protected:
    std::ostringstream out_;
    std::ostringstream remarks_;
};

TEST_F(OutputTest, ATableIsAlignedByCharactersNotBytes) {
    Output output(out_, remarks_, false);
    output.result(Json(), Table{{"NAME", "STATE"}, {{"Łódź", "active"}, {"Berlin", "x"}}});
    EXPECT_EQ(out_.str(), "NAME    STATE\nŁódź    active\nBerlin  x\n");
}

TEST_F(OutputTest, WithJsonThereIsOneDocumentAndRemarksStayAside) {
    Output output(out_, remarks_, true);
    output.remark("working");
    output.line("not shown");
    output.result(Json{{"a", 1}}, "text");
    EXPECT_EQ(parse_json(out_.str()).value(), (Json{{"a", 1}}));
    EXPECT_EQ(remarks_.str(), "working\n");
}

TEST_F(OutputTest, AnErrorIsADocumentTooWithoutWhatIsForTheLog) {
    Output output(out_, remarks_, true);
    output.error({ErrorCode::not_found, "no such job", "uuid", "SELECT 1"});
    const Json error = parse_json(out_.str()).value()["error"];
    EXPECT_EQ(error, (Json{{"code", "not_found"}, {"message", "no such job"}, {"field", "uuid"}}));
    EXPECT_NE(remarks_.str().find("no such job"), std::string::npos);
}

TEST_F(OutputTest, ATerminalIsNotSentWhatANameMakesItDo) {
    Output output(out_, remarks_, false);
    output.result(Json(), Table{{"NAME"}, {{"\x1b[2Jgone\nnext"}}});
    EXPECT_EQ(out_.str(), "NAME\n?[2Jgone next\n");
}

} // namespace
} // namespace bgerp::cli
