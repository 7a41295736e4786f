// Q41: kinds that are web services: what is sent, what each answer does to the job, and that a
// handler ends when it is told to.
#include "base/crypto.hpp"
#include "tests/integration/worker/worker_fixture.hpp"
#include "tests/support/tiny_http_server.hpp"
#include "worker/handlers/http.hpp"

#include <atomic>
#include <fstream>

namespace bgerp::worker {
namespace {

using testing_support::http_answer;
using testing_support::TinyHttpServer;
using testing_support::TinyRequest;

class HttpHandlerTest : public WorkerFixture {
protected:
    HttpHandlerTest() {
        kind_.kind = "bill";
        kind_.secret_file = platform_.database().folder() + "/secret";
        std::ofstream(kind_.secret_file) << "whsec_c2VjcmV0\n"; // "secret"
        kind_.timeout_s = 20;
    }

    ~HttpHandlerTest() override { stop_workers(); }

    /// One job of a service that always answers so; returns the job once it has ended or waits.
    Json run_one(const std::string& answer, queue::NewJob job = {}) {
        const TinyHttpServer service([&](const TinyRequest&) { return answer; });
        kind_.url = service.url("/jobs");
        return run_with(service, std::move(job));
    }

    Json run_with(const TinyHttpServer& /*service*/, queue::NewJob job) {
        handlers_.add(
            "bill",
            make_http_handler(kind_),
            {std::chrono::seconds(kind_.timeout_s), {}, {}, kind_.fail_on}
        );
        job.kind = "bill";
        job.args = {{"invoice", 7}};
        if (job.backoff_s.empty()) {
            job.backoff_s = {600}; // what waits for its next try is seen waiting
        }
        uuid_ = push(tenant_, job);
        start_worker();
        EXPECT_TRUE(eventually([&] {
            const std::string now = state(uuid_);
            return now != "available" && now != "running";
        }));
        return this->job(uuid_);
    }

    HttpKindConfig kind_;
    std::string uuid_;
};

TEST_F(HttpHandlerTest, Q41_PostsTheArgumentsSignedAndKeepsTheAnswer) {
    const TinyHttpServer service([](const TinyRequest&) {
        return http_answer(200, R"({"paid":true})");
    });
    kind_.url = service.url("/jobs?v=1");
    const Json done = run_with(service, {});
    EXPECT_EQ(done["state"], "completed");
    EXPECT_EQ(done["output"], (Json{{"paid", true}}));
    const auto requests = service.requests();
    ASSERT_EQ(requests.size(), 1U);
    TinyRequest request = requests.front();
    EXPECT_EQ(request.line, "POST /jobs?v=1 HTTP/1.1");
    EXPECT_EQ(request.body, R"({"invoice":7})");
    EXPECT_EQ(request.headers["content-type"], "application/json");
    EXPECT_EQ(request.headers["webhook-id"], uuid_);
    EXPECT_EQ(request.headers["bgerp-org"], "acme");
    EXPECT_EQ(request.headers["bgerp-kind"], "bill");
    EXPECT_EQ(request.headers["bgerp-attempt"], "1");
    EXPECT_EQ(
        request.headers["webhook-signature"],
        "v1," + hmac_sha256_base64(
                    "secret",
                    uuid_ + "." + request.headers["webhook-timestamp"] + "." + request.body
                )
    );
}

TEST_F(HttpHandlerTest, Q41_ARefusalFailsAtOnce) {
    const Json job = run_one(http_answer(422, "no such invoice"));
    EXPECT_EQ(job["state"], "failed");
    EXPECT_EQ(job["attempts"], 1);
    EXPECT_EQ(job["error"], "http:422: the service answered 422: no such invoice");
}

TEST_F(HttpHandlerTest, Q41_ARedirectIsNotFollowed) {
    std::atomic<int> elsewhere{0};
    const TinyHttpServer other([&](const TinyRequest&) {
        ++elsewhere;
        return http_answer(200, "");
    });
    const Json job = run_one(http_answer(307, "", "Location: " + other.url() + "\r\n"));
    EXPECT_EQ(job["state"], "failed");
    EXPECT_EQ(elsewhere.load(), 0);
}

TEST_F(HttpHandlerTest, Q41_AServersErrorIsTriedAgain) {
    const Json job = run_one(http_answer(500, ""));
    EXPECT_EQ(job["state"], "retryable");
    EXPECT_EQ(job["error"], "http:500: the service answered 500");
}

TEST_F(HttpHandlerTest, Q41_RetryAfterStandsInForTheBackoff) {
    queue::NewJob job;
    job.backoff_s = {1};
    run_one(http_answer(429, "", "Retry-After: 3000\r\n"), job);
    EXPECT_EQ(state(uuid_), "retryable");
    EXPECT_GT(number("SELECT available_at - UNIX_TIMESTAMP() FROM job_delayed"), 2900);
}

TEST_F(HttpHandlerTest, Q22_AKindsOwnErrorsFailAtOnce) {
    kind_.fail_on = {"http:503"};
    EXPECT_EQ(run_one(http_answer(503, ""))["state"], "failed");
}

TEST_F(HttpHandlerTest, Q22_AJobsOwnErrorsFailAtOnce) {
    queue::NewJob job;
    job.fail_on = {"http:503"};
    EXPECT_EQ(run_one(http_answer(503, ""), job)["state"], "failed");
}

TEST_F(HttpHandlerTest, Q41_NoConnectionIsTriedAgain) {
    {
        const TinyHttpServer gone([](const TinyRequest&) { return ""; });
        kind_.url = gone.url();
    }
    const TinyHttpServer unused([](const TinyRequest&) { return ""; });
    EXPECT_EQ(run_with(unused, {})["state"], "retryable");
}

TEST_F(HttpHandlerTest, Q41_WhatIsNoTlsIsNotTrusted) {
    const TinyHttpServer plain([](const TinyRequest&) { return http_answer(200, ""); });
    kind_.url = "https" + plain.url().substr(4);
    EXPECT_EQ(run_with(plain, {})["state"], "retryable");
    EXPECT_TRUE(plain.requests().empty());
}

TEST_F(HttpHandlerTest, Q41_TheAnswerIsBounded) {
    kind_.output_kib_max = 1;
    const Json job = run_one(http_answer(200, std::string(5000, 'x')));
    EXPECT_EQ(job["state"], "failed");
    EXPECT_EQ(job["error"], "too_large: the answer passed its limit");
}

TEST_F(HttpHandlerTest, Q41_AnAnswerThatIsNoJsonIsText) {
    EXPECT_EQ(run_one(http_answer(201, "all done"))["output"], "all done");
}

TEST_F(HttpHandlerTest, Q41_ACancelledJobEndsWithTheWish) {
    const TinyHttpServer silent([](const TinyRequest&) { return ""; });
    kind_.url = silent.url();
    kind_.timeout_s = 600;
    handlers_.add("bill", make_http_handler(kind_), {std::chrono::seconds(600), {}, {}});
    const std::string uuid = push("bill");
    start_worker();
    ASSERT_TRUE(eventually([&] { return !silent.requests().empty(); }));
    static_cast<void>(value_or_throw(
        queue::cancel_job(*pool(tenant_), platform_.soon(), queue::QueueSchema::current(), uuid)
    ));
    // The wish is seen when the lease is renewed, within four seconds, and not when the handler's
    // time is over, after ten minutes.
    EXPECT_TRUE(becomes(uuid, "cancelled"));
}

TEST_F(HttpHandlerTest, Q41_NoAnswerInTimeIsTriedAgain) {
    kind_.timeout_s = 1;
    const Json job = run_one("");
    EXPECT_EQ(job["state"], "retryable");
}

} // namespace
} // namespace bgerp::worker
