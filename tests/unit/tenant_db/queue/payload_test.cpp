#include "tenant_db/queue/envelope_scan.hpp"
#include "tenant_db/queue/payload.hpp"

#include <gtest/gtest.h>

namespace bgerp::queue {
namespace {

constexpr const char* uuid = "0193a5e2-7c11-7a3b-9f00-112233445566";

Envelope parsed(std::string_view payload) {
    return value_or_throw(parse_envelope(payload));
}

TEST(Payload, WhatWasComposedIsReadAgain) {
    NewJob job;
    job.kind = "payroll_run";
    job.args = {{"period", "2026-10"}, {"note", "ü \" \\ \n"}};
    job.max_tries = 5;
    job.max_exceptions = 2;
    job.backoff_s = {1, 5, 10};
    job.timeout_s = 60;
    job.retry_until = 1'900'000'000;
    job.tags = {"a", "b"};
    job.batch_id = "0193a5e2-7c11-7a3b-9f00-000000000000";
    const Envelope envelope = parsed(compose_envelope(job, uuid));
    EXPECT_EQ(envelope.uuid, uuid);
    EXPECT_EQ(envelope.kind, "payroll_run");
    EXPECT_EQ(envelope.display_name, "payroll_run");
    EXPECT_EQ(envelope.args, job.args);
    EXPECT_EQ(envelope.max_tries, 5);
    EXPECT_EQ(envelope.max_exceptions, 2);
    EXPECT_EQ(envelope.backoff_s, job.backoff_s);
    EXPECT_EQ(envelope.timeout_s, 60);
    EXPECT_EQ(envelope.retry_until, 1'900'000'000);
    EXPECT_EQ(envelope.tags, job.tags);
    EXPECT_EQ(envelope.batch_id, job.batch_id);
    EXPECT_EQ(envelope.exceptions, 0);
}

TEST(Payload, WhatStandsToOtherJobsIsReadAgain) {
    NewJob job;
    job.kind = "first";
    job.meta = {{"invoice", 5}};
    job.unique = UniqueRule();
    job.unique->until = UniqueRule::Until::period;
    job.unique->period_s = 60;
    job.encrypted = true;
    NewJob link;
    link.kind = "second";
    link.queue = "mail";
    job.chain = {link};
    job.chain_catch = {link};
    job.previous_uuid = uuid;
    job.previous = {1, 2};
    const Envelope envelope = parsed(compose_envelope(job, uuid));
    EXPECT_EQ(envelope.meta, job.meta);
    EXPECT_EQ(envelope.unique->key.size(), 64U);
    EXPECT_EQ(envelope.unique->until, UniqueRule::Until::period);
    EXPECT_EQ(envelope.unique->period_s, 60);
    EXPECT_TRUE(envelope.encrypted);
    EXPECT_EQ(envelope.chain[0]["queue"], "mail");
    EXPECT_EQ(envelope.previous_uuid, uuid);
    EXPECT_EQ(envelope.previous, Json({1, 2}));
    EXPECT_TRUE(parsed(without_catch(compose_envelope(job, uuid))).chain_catch.is_null());
}

TEST(Payload, WhatIsNotSetIsLeftOut) {
    NewJob job;
    job.kind = "noop";
    EXPECT_EQ(
        compose_envelope(job, uuid),
        R"({"uuid":"0193a5e2-7c11-7a3b-9f00-112233445566","displayName":"noop","job":"noop","data":{}})"
    );
}

TEST(Payload, BytesThatAreNotUtf8AreReplacedNotThrown) {
    NewJob job;
    job.kind = "noop";
    job.args = {{"text", "a\xFF"}};
    EXPECT_EQ(parsed(compose_envelope(job, uuid)).args["text"], "a\xEF\xBF\xBD");
}

TEST(Payload, ReadsWhatLaravel8Pushes) {
    const Envelope envelope = parsed(
        R"({"uuid":"8f3c3b1e-0e4b-4a54-9d0f-0d6a6c0b7c11","displayName":"App\\Jobs\\SendMail",)"
        R"("job":"Illuminate\\Queue\\CallQueuedHandler@call","maxTries":"3","maxExceptions":null,)"
        R"("failOnTimeout":false,"backoff":"1,5,10","timeout":null,"retryUntil":null,)"
        R"("data":{"commandName":"App\\Jobs\\SendMail","command":"O:17:\"App\\Jobs\\SendMail\":0:{}"}})"
    );
    EXPECT_EQ(envelope.kind, "Illuminate\\Queue\\CallQueuedHandler@call");
    EXPECT_EQ(envelope.display_name, "App\\Jobs\\SendMail");
    EXPECT_EQ(envelope.max_tries, 3);
    EXPECT_EQ(envelope.max_exceptions, std::nullopt);
    EXPECT_EQ(envelope.backoff_s, (std::vector<std::int64_t>{1, 5, 10}));
    EXPECT_EQ(envelope.args["commandName"], "App\\Jobs\\SendMail");
}

TEST(Payload, ReadsOlderNamesAndPhpsEmptyArray) {
    const Envelope envelope =
        parsed(R"({"job":"noop","data":[],"delay":7,"timeoutAt":1900000000})");
    EXPECT_EQ(envelope.uuid, "");
    EXPECT_EQ(envelope.args, Json::object());
    EXPECT_EQ(envelope.backoff_s, std::vector<std::int64_t>{7});
    EXPECT_EQ(envelope.retry_until, 1'900'000'000);
}

TEST(Payload, NumbersComeInManyForms) {
    const auto tries = [](const std::string& value) {
        return parsed(R"({"job":"x","maxTries":)" + value + "}").max_tries;
    };
    EXPECT_EQ(tries("3"), 3);
    EXPECT_EQ(tries("3.0"), 3);
    EXPECT_EQ(tries("\"3\""), 3);
    for (const char* nonsense :
         {"null", "\"\"", "\"3x\"", "[]", "{}", "true", "1e300", "18446744073709551615"}) {
        EXPECT_EQ(tries(nonsense), std::nullopt) << nonsense;
    }
    const auto backoff = [](const std::string& value) {
        return parsed(R"({"job":"x","backoff":)" + value + "}").backoff_s;
    };
    using List = std::vector<std::int64_t>;
    EXPECT_EQ(backoff("5"), List{5});
    EXPECT_EQ(backoff("[1,\"5\",10]"), (List{1, 5, 10}));
    EXPECT_EQ(backoff("\"1, 5,x,10,\""), (List{1, 5, 10}));
    EXPECT_EQ(backoff("-4"), List{0});
    EXPECT_EQ(backoff("\"\""), List{});
}

TEST(Payload, JunkIsRefusedNotThrown) {
    const std::string deep(200'000, '[');
    for (const std::string& junk :
         {std::string(),
          std::string("{"),
          std::string("null"),
          std::string("[]"),
          std::string("{}"),
          std::string(R"({"job":""})"),
          std::string(R"({"job":5})"),
          std::string("\xFF\xFE\x00\x01", 4),
          std::string(R"({"job":"a)"),
          deep,
          R"({"job":"x","data":)" + deep}) {
        const auto envelope = parse_envelope(junk);
        ASSERT_FALSE(envelope.has_value()) << junk.substr(0, 40);
        EXPECT_EQ(envelope.error().code, ErrorCode::invalid_argument);
        EXPECT_EQ(envelope_uuid(junk), "");
    }
}

// The quick reader and the careful one must never disagree.
TEST(EnvelopeScan, ReadsThePlainFormAndLeavesTheRest) {
    NewJob job;
    job.kind = "noop";
    job.max_tries = 3;
    job.timeout_s = 60;
    for (const Json& args :
         {Json::object(), Json{{"note", "\u00fc \" }"}}, Json{{"a", {{"b", 1}}}}}) {
        job.args = args;
        const auto scanned = scan_envelope(compose_envelope(job, uuid));
        ASSERT_TRUE(scanned.has_value()) << args;
        EXPECT_EQ(scanned->uuid, uuid);
        EXPECT_EQ(scanned->kind, "noop");
        EXPECT_EQ(scanned->display_name, "noop");
        EXPECT_EQ(scanned->max_tries, 3);
        EXPECT_EQ(scanned->timeout_s, 60);
        EXPECT_EQ(scanned->args, args);
    }
    for (const char* const other :
         {R"({"job":"x","unknown":1})",
          R"({"job":"x","maxTries":03})",
          R"({"job":"x","maxTries":"3"})",
          R"({"job":"x","maxTries":3.5})",
          R"({"job":"x\\y"})",
          R"({"job":"x","data":{"a":1},"timeout":1})",
          R"({"job":"x","data":{"a":1})",
          R"({"job":"x","data":})",
          R"({"job":"x",})",
          R"({"job":"x"}})",
          R"({"job":"x"} )",
          R"({"uuid":"u"})",
          "{\"job\":\"\xC3\xBC\"}",
          "{}",
          ""}) {
        EXPECT_FALSE(scan_envelope(other).has_value()) << other;
    }
}

TEST(EnvelopeScan, TheLastOfTwoCountsAsWithTheParser) {
    const Envelope twice = parsed(R"({"job":"x","job":"y","maxTries":3,"maxTries":null})");
    EXPECT_EQ(twice.kind, "y");
    EXPECT_EQ(twice.max_tries, std::nullopt);
}

TEST(Payload, UuidIsFoundWhereverItStands) {
    const std::string text = uuid;
    EXPECT_EQ(envelope_uuid(R"({"uuid":")" + text + R"(","job":"x"})"), text);
    EXPECT_EQ(envelope_uuid(R"({"job":"x", "uuid" : ")" + text + R"("})"), text);
    EXPECT_EQ(envelope_uuid(R"({"uuid":")" + text + R"(0","job":"x"})"), "");
    EXPECT_EQ(envelope_uuid(R"({"uuid":"abc","job":"x"})"), "");
    EXPECT_EQ(envelope_uuid(R"({"job":"x"})"), "");
}

TEST(Payload, SettingTheExceptionsKeepsEverythingElse) {
    const std::string payload =
        R"({"job":"x","unknown":123456789012345678901234567890,"data":{"exceptions":4}})";
    const std::string once = with_exceptions(payload, 1);
    EXPECT_EQ(parsed(once).exceptions, 1);
    EXPECT_EQ(parsed(once).args["exceptions"], 4);
    EXPECT_NE(once.find("123456789012345678901234567890"), std::string::npos);
    const std::string twelve = with_exceptions(with_exceptions(once, 2), 12);
    EXPECT_EQ(parsed(twelve).exceptions, 12);
    EXPECT_EQ(twelve.size(), once.size() + 1); // the count doesn't pile up
    EXPECT_EQ(parsed(with_exceptions(R"({"exceptions":3,"job":"x"} )", 5)).exceptions, 5);
    EXPECT_EQ(with_exceptions("junk", 1), "junk");
}

} // namespace
} // namespace bgerp::queue
