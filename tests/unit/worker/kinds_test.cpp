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
    EXPECT_FALSE(check_job_kind(config, "make.coffee"));
    EXPECT_TRUE(check_job_kind(config, "shell.date"));
}

} // namespace
} // namespace bgerp::worker
