// Q29: what runs around a handler, in which order, and what it may do to the result.
#include "worker/handler_registry.hpp"
#include "worker/job_context.hpp"
#include "worker/middleware.hpp"

#include <gtest/gtest.h>

namespace bgerp::worker {
namespace {

class Recorder final : public Middleware {
public:
    Recorder(std::string name, std::vector<std::string>& log, bool allows = true)
        : name_(std::move(name))
        , log_(log)
        , allows_(allows) {}

protected:
    Result<void> before(JobContext& /*context*/) override {
        log_.push_back(name_ + " before");
        return allows_ ? Result<void>() : fail(ErrorCode::forbidden, "not today");
    }

    void after(JobContext& /*context*/, const Result<Json>& result) override {
        log_.push_back(name_ + (result ? " after" : " after an error"));
    }

private:
    const std::string name_;
    std::vector<std::string>& log_;
    const bool allows_;
};

class Rescuer final : public Middleware {
public:
    Result<Json> around(JobContext& /*context*/, const Next& next) override {
        try {
            return next();
        } catch (const std::runtime_error&) {
            return Json("rescued");
        }
    }
};

class Echo final : public Handler {
public:
    Echo(std::vector<std::string>& log, bool throws)
        : log_(log)
        , throws_(throws) {}

    Result<Json> run(JobContext& /*context*/) override {
        log_.emplace_back("handler");
        if (throws_) {
            throw std::runtime_error("broken");
        }
        return Json("done");
    }

private:
    std::vector<std::string>& log_;
    const bool throws_;
};

class MiddlewareTest : public ::testing::Test {
protected:
    MiddlewareTest() {
        registry_.add("echo", std::make_unique<Echo>(log_, false), {});
        registry_.add("broken", std::make_unique<Echo>(log_, true), {});
    }

    Result<Json> run(const std::string& kind) {
        queue::Envelope envelope;
        envelope.kind = kind;
        HeldJob held({}, {}, {}, {});
        const JobContext::OpenPool no_pool;
        const Config config;
        JobContext context(config, held, envelope, Deadline::after({}), no_pool);
        return registry_.run(*registry_.find(kind), context);
    }

    std::vector<std::string> log_;
    HandlerRegistry registry_;
};

TEST_F(MiddlewareTest, Q29_TheFirstIsTheOutermost) {
    registry_.use(std::make_unique<Recorder>("a", log_));
    registry_.use(std::make_unique<Recorder>("b", log_));
    EXPECT_EQ(*run("echo"), Json("done"));
    EXPECT_EQ(
        log_,
        (std::vector<std::string>{"a before", "b before", "handler", "b after", "a after"})
    );
}

TEST_F(MiddlewareTest, Q29_OneMayRefuse) {
    registry_.use(std::make_unique<Recorder>("a", log_));
    registry_.use(std::make_unique<Recorder>("b", log_, false));
    EXPECT_EQ(run("echo").error().code, ErrorCode::forbidden);
    EXPECT_EQ(log_, (std::vector<std::string>{"a before", "b before", "a after an error"}));
}

TEST_F(MiddlewareTest, Q29_SomeAreForSomeKinds) {
    registry_.use(std::make_unique<Recorder>("a", log_), {"other"});
    EXPECT_EQ(*run("echo"), Json("done"));
    EXPECT_EQ(log_, (std::vector<std::string>{"handler"}));
}

TEST_F(MiddlewareTest, Q29_ExceptionsPassThroughAndMayBeCaught) {
    registry_.use(std::make_unique<Rescuer>());
    registry_.use(std::make_unique<Recorder>("a", log_));
    EXPECT_EQ(*run("broken"), Json("rescued"));
    EXPECT_EQ(log_, (std::vector<std::string>{"a before", "handler"}));
}

} // namespace
} // namespace bgerp::worker
