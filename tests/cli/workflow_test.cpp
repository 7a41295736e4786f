// `bgerp workflow` (Q15) and `bgerp job signal` (Q17), with a real worker between the commands.
#include "tests/support/cli_runner.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace bgerp {
namespace {

using testing::HasSubstr;
using testing_support::CliResult;
using testing_support::CliRunner;

class WorkflowCli : public testing::Test {
protected:
    WorkflowCli() {
        cli_.set_up_platform();
        EXPECT_EQ(cli_.run({"org", "create", "acme", "--modules", "base"}).status, 0);
    }

    std::string write(const Json& document) {
        std::string name = cli_.database().folder() + "/workflow.json";
        std::ofstream(name) << document.dump();
        return name;
    }

    CliRunner cli_{BGERP_PROGRAM};
};

TEST_F(WorkflowCli, Q15_FromAFileToItsEndThroughAGate) {
    const std::string file = write(
        {{"name", "month end"},
         {"steps",
          {{{"name", "load"}, {"kind", "noop"}},
           {{"name", "gate"}, {"kind", "wait.signal"}, {"args", {{"signal", "go"}}}},
           {{"name", "pay"}, {"kind", "noop"}, {"after", {"load", "gate"}}}}}}
    );
    const CliResult created = cli_.json({"workflow", "create", "acme", file});
    ASSERT_EQ(created.status, 0) << created.out << created.remarks;
    const std::string id = created.json().at("id");
    ASSERT_EQ(cli_.run({"work", "acme", "--stop-when-empty"}).status, 0);
    const CliResult shown = cli_.run({"workflow", "show", "acme", id});
    EXPECT_THAT(shown.out, HasSubstr("[x] load"));
    EXPECT_THAT(shown.out, HasSubstr("waits for the signal go"));
    EXPECT_THAT(shown.out, HasSubstr("<- load, gate"));
    const std::string gate =
        cli_.json({"workflow", "show", "acme", id}).json().at("steps").at(1).at("job");
    EXPECT_EQ(cli_.json({"job", "show", "acme", gate}).json().at("waiting_for"), "go");
    EXPECT_EQ(cli_.run({"job", "signal", "acme", gate, "go", "--payload", "{"}).status, 1);
    const CliResult sent =
        cli_.run({"job", "signal", "acme", gate, "go", "--payload", R"({"by":"ann"})"});
    EXPECT_EQ(sent.status, 0) << sent.remarks;
    EXPECT_THAT(sent.out, HasSubstr("goes on"));
    EXPECT_EQ(cli_.run({"job", "signal", "acme", gate, "go", "--payload", "1"}).status, 4);
    ASSERT_EQ(cli_.run({"work", "acme", "--stop-when-empty"}).status, 0);
    const Json end = cli_.json({"workflow", "show", "acme", id}).json();
    EXPECT_EQ(end.at("state"), "completed") << end.dump();
    EXPECT_EQ(end.at("steps").at(1).at("output").at("payload").at("by"), "ann");
    EXPECT_THAT(cli_.run({"workflow", "list", "acme"}).out, HasSubstr("month end"));
    EXPECT_EQ(cli_.run({"workflow", "cancel", "acme", id}).status, 4);
    EXPECT_EQ(cli_.run({"workflow", "retry", "acme", id}).status, 4);
}

TEST_F(WorkflowCli, Q15_CancelAndRetry) {
    const std::string file = write({{"steps", {{{"name", "a"}, {"kind", "noop"}}}}});
    const std::string id = cli_.json({"workflow", "create", "acme", file}).json().at("id");
    EXPECT_EQ(cli_.json({"workflow", "cancel", "acme", id}).json().at("state"), "cancelled");
    EXPECT_EQ(cli_.json({"workflow", "retry", "acme", id}).json().at("state"), "running");
    EXPECT_EQ(cli_.run({"workflow", "show", "acme", "none"}).status, 3);
}

TEST_F(WorkflowCli, Q15_ADamagedFileIsRefused) {
    const auto refusal = [&](const Json& steps) {
        const CliResult result =
            cli_.json({"workflow", "create", "acme", write({{"steps", steps}})});
        EXPECT_EQ(result.status, 1) << result.out;
        return result.out;
    };
    EXPECT_THAT(refusal({{{"name", "a"}, {"kind", "make.coffee"}}}), HasSubstr("make.coffee"));
    EXPECT_THAT(refusal({{{"name", "a"}, {"kind", "noop"}, {"colour", 1}}}), HasSubstr("colour"));
    EXPECT_THAT(refusal({{{"name", "a"}, {"kind", 5}}}), HasSubstr("steps[0].kind"));
    EXPECT_THAT(
        refusal({{{"name", "a"}, {"kind", "noop"}, {"after", {"b"}}}}),
        HasSubstr("steps[0].after")
    );
    EXPECT_THAT(refusal({{{"name", "a"}, {"kind", "wait.signal"}}}), HasSubstr("steps[0].signal"));
    EXPECT_EQ(cli_.run({"workflow", "create", "acme", "/no/such/file"}).status, 3);
    EXPECT_TRUE(cli_.json({"workflow", "list", "acme"}).json().empty());
}

} // namespace
} // namespace bgerp
