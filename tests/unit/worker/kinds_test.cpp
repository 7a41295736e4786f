#include "tenant_db/modules/job_kinds.hpp"
#include "worker/handlers/registry.hpp"

#include <gtest/gtest.h>

namespace bgerp::worker {
namespace {

// Whoever makes jobs refuses other kinds than these: the two lists must be one.
TEST(Kinds, EveryKindThatMayBePushedHasAHandler) {
    Config config;
    config.exec.push_back({"shell.date", {"/bin/date"}});
    HandlerRegistry registry;
    register_handlers(registry, config);
    for (const std::string& kind : job_kinds(config)) {
        EXPECT_NE(registry.find(kind), nullptr) << kind;
    }
    const JobRules rules(config);
    EXPECT_FALSE(rules.check_kind("make.coffee"));
    EXPECT_TRUE(rules.check_kind("shell.date"));
}

std::string field_of(const Config& config, queue::NewJob job) {
    const auto checked = JobRules(config).check_job(job);
    return checked ? "" : checked.error().field;
}

TEST(Kinds, Q8_ArgumentsAreCheckedByKind) {
    Config config;
    queue::NewJob job;
    job.kind = "payroll.run";
    EXPECT_EQ(field_of(config, job), "args.period");
    job.args = {{"period", "2026-13"}};
    EXPECT_EQ(field_of(config, job), "args.period");
    job.args = {{"period", "2026-10"}};
    EXPECT_EQ(field_of(config, job), "");
    queue::NewJob link;
    link.kind = "report.build";
    job.chain = {link};
    EXPECT_EQ(field_of(config, job), "chain[0].args.report");
    job.chain[0].args = {{"report", "payroll_register"}};
    job.chain_catch = {link};
    job.chain_catch[0].kind = "make.coffee";
    EXPECT_EQ(field_of(config, job), "chain_catch.kind");
    job.kind = "noop";
    job.args = {{"anything", 1}};
    job.chain_catch.clear();
    EXPECT_EQ(field_of(config, job), "");
    job.args = Json::array();
    EXPECT_EQ(field_of(config, job), "args");
}

TEST(Kinds, Q8_TheConfigurationDeclaresArgumentsToo) {
    Config config;
    config.exec.push_back({"shell.date", {"/bin/date"}});
    config.args["shell.date"] = R"({"required": ["zone"]})";
    queue::NewJob job;
    job.kind = "shell.date";
    EXPECT_EQ(field_of(config, job), "args.zone");
    job.args = {{"zone", "UTC"}};
    EXPECT_EQ(field_of(config, job), "");
    HandlerRegistry registry;
    register_handlers(registry, config);
    EXPECT_TRUE(registry.find("shell.date")->options.args.has_value());
}

TEST(Kinds, Q11_AnAliasIsItsKind) {
    Config config;
    config.queue.aliases = {{"App\\Jobs\\Nothing", "noop"}, {"payroll.old", "payroll.run"}};
    HandlerRegistry registry;
    register_handlers(registry, config);
    EXPECT_EQ(registry.find("App\\Jobs\\Nothing"), registry.find("noop"));
    queue::NewJob job;
    job.kind = "payroll.old";
    EXPECT_EQ(field_of(config, job), "args.period");
    job.args = {{"period", "2026-10"}};
    ASSERT_TRUE(JobRules(config).check_job(job));
    EXPECT_EQ(job.kind, "payroll.run");
    config.queue.aliases = {{"old", "no.such.kind"}};
    HandlerRegistry another;
    EXPECT_THROW(register_handlers(another, config), Failure);
}

} // namespace
} // namespace bgerp::worker
