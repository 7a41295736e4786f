// Q14 (and Q9, Q10 where the tables show it): what follows a job comes exactly once, in the
// transaction that ends the job, whichever verb ends it.
#include "base/ids.hpp"
#include "tenant_db/queue/inspect.hpp"
#include "tenant_db/queue/payload.hpp"
#include "tenant_db/queue/sealed_args.hpp"
#include "tests/conformance/queue_fixture.hpp"

namespace bgerp::queue {
namespace {

class Chain : public QueueFixture {
protected:
    static NewJob step(const std::string& kind) {
        NewJob fresh = job(kind);
        fresh.args = {{"step", kind}};
        return fresh;
    }

    static NewJob chain() {
        NewJob first = step("first");
        first.chain = {step("second"), step("third")};
        first.chain_catch = {step("catch")};
        return first;
    }

    // The only waiting job, reserved.
    Envelope take_next(ReservedJob& held) {
        EXPECT_EQ(count("jobs", "reserved_at IS NULL"), 1);
        held = take_one();
        return value_or_throw(parse_envelope(held.payload));
    }

    void complete(const ReservedJob& held, const std::string& output = "") {
        ASSERT_EQ(complete_many_if_mine(*pool, soon(), schema, {{&held, "", "", output}}), 0U);
    }

    void give_up(const ReservedJob& held, bool cancelled = false) {
        value_or_throw(fail_if_mine(*pool, soon(), schema, {&held, "", "", "why", cancelled}));
    }

    std::string refusal(const NewJob& bad) {
        const auto result = mysql::with_transaction(*pool, soon(), [&](mysql::Transaction& t) {
            return enqueue(t, schema, bad);
        });
        return result ? "" : result.error().field;
    }
};

TEST_F(Chain, Q14_EachBeginsWhenTheOneBeforeCompleted) {
    const std::string first = push(chain());
    ReservedJob held;
    EXPECT_EQ(take_next(held).kind, "first");
    complete(held, R"({"rows":7})");
    const Envelope second = take_next(held);
    EXPECT_EQ(second.kind, "second");
    EXPECT_EQ(second.args, Json({{"step", "second"}}));
    EXPECT_EQ(second.previous, Json({{"rows", 7}}));
    EXPECT_EQ(second.previous_uuid, first);
    value_or_throw(mysql::with_transaction(*pool, soon(), [&](mysql::Transaction& t) {
        return complete_if_mine(t, schema, {&held, "", "", "\"text\""});
    }));
    const Envelope third = take_next(held);
    EXPECT_EQ(third.kind, "third");
    EXPECT_EQ(third.previous, "text");
    complete(held);
    EXPECT_EQ(count("jobs") + count("job_delayed") + count("failed_jobs"), 0);
    EXPECT_EQ(count("job_run", "state = 'completed'"), 3); // and no catch
}

TEST_F(Chain, Q14_AFailureEndsItAndTellsOnce) {
    const std::string uuid = push(chain());
    ReservedJob held;
    static_cast<void>(take_next(held));
    give_up(held);
    const Envelope told = take_next(held);
    EXPECT_EQ(told.kind, "catch");
    EXPECT_EQ(told.previous_uuid, uuid);
    EXPECT_EQ(told.previous, Json({{"state", "failed"}, {"error", "why"}}));
    complete(held);
    // Mended and retried it goes on, but nobody is told a second time.
    EXPECT_EQ(value_or_throw(retry_failed(*pool, soon(), schema, uuid)), 1U);
    static_cast<void>(take_next(held));
    give_up(held);
    EXPECT_EQ(count("jobs"), 0);
    EXPECT_EQ(value_or_throw(retry_failed(*pool, soon(), schema, "")), 1U);
    static_cast<void>(take_next(held));
    complete(held);
    EXPECT_EQ(take_next(held).kind, "second");
}

TEST_F(Chain, Q14_CancellingAndClearingEndIt) {
    value_or_throw(cancel_job(*pool, soon(), schema, push(chain())));
    ReservedJob held;
    const Envelope told = take_next(held);
    EXPECT_EQ(told.kind, "catch");
    EXPECT_EQ(told.previous["state"], "cancelled");
    complete(held);
    push(chain());
    static_cast<void>(take_next(held));
    give_up(held, true);
    EXPECT_EQ(take_next(held).kind, "catch");
    complete(held);
    push(chain());
    EXPECT_EQ(clear_queue(*pool, soon(), schema, "default"), 1U);
    EXPECT_EQ(take_next(held).kind, "catch");
}

TEST_F(Chain, Q14_WhatIsNotAnEndEnqueuesNothing) {
    push(chain());
    ReservedJob held = take_one();
    EXPECT_EQ(release_if_mine(*pool, soon(), schema, {&held}), 1U);
    held = take_one();
    value_or_throw(retry_if_mine(*pool, soon(), schema, {&held, "", held.payload, 0, "e"}));
    const ReservedJob lost = take_one();
    age_leases(60);
    held = take_one(other);
    EXPECT_EQ(complete_many_if_mine(*pool, soon(), schema, {{&lost, "", "", ""}}), 1U);
    EXPECT_FALSE(fail_if_mine(*pool, soon(), schema, {&lost, "", "", "e", false}).has_value());
    mysql::run_transaction(*pool, soon(), [&](mysql::Transaction& t) {
        EXPECT_TRUE(complete_if_mine(t, schema, {&held, "", "", ""}).has_value());
        return false; // as when the process dies before the commit
    });
    EXPECT_EQ(count("jobs"), 1);
    complete(held);
    EXPECT_EQ(complete_many_if_mine(*pool, soon(), schema, {{&held, "", "", ""}}), 1U);
    EXPECT_EQ(take_next(held).kind, "second");
}

TEST_F(Chain, Q14_ManyAtOnce) {
    push_many(std::vector<NewJob>(250, chain()));
    for (const char* kind : {"first", "second", "third"}) {
        const std::vector<ReservedJob> held = take(me, 500);
        ASSERT_EQ(held.size(), 250U);
        std::vector<Completion> completions;
        for (const ReservedJob& one : held) {
            EXPECT_EQ(parse_envelope(one.payload)->kind, kind);
            completions.push_back({&one, "", "", ""});
        }
        EXPECT_EQ(complete_many_if_mine(*pool, soon(), schema, completions), 0U);
    }
    EXPECT_EQ(count("jobs"), 0);
    EXPECT_EQ(count("job_run", "state = 'completed'"), 750);
}

TEST_F(Chain, Q14_ALinkHasTheUuidItWasGivenUnlessItIsTaken) {
    NewJob first = step("first");
    first.chain = {step("second"), step("third")};
    first.chain[0].uuid = new_uuid();
    first.chain[1].uuid = first.chain[0].uuid;
    push(first);
    complete(take_one());
    ReservedJob held;
    EXPECT_EQ(take_next(held).uuid, first.chain[0].uuid);
    complete(held);
    const Envelope third = take_next(held);
    EXPECT_EQ(third.kind, "third");
    EXPECT_NE(third.uuid, first.chain[0].uuid);
}

TEST_F(Chain, Q14_OutputsThatAreTooLargeOrDeepAreNotHandedOn) {
    ReservedJob held;
    push(chain());
    static_cast<void>(take_next(held));
    complete(held, to_text(Json(std::string(100'000, 'x'))));
    EXPECT_TRUE(take_next(held).previous.is_null());
    complete(held, std::string(60, '[') + std::string(60, ']'));
    const Envelope third = take_next(held);
    EXPECT_EQ(third.kind, "third");
    EXPECT_TRUE(third.previous.is_null());
}

TEST_F(Chain, Q14_ChainsThatMakeNoSenseAreRefused) {
    NewJob bad = chain();
    bad.batch_id = new_uuid();
    EXPECT_EQ(refusal(bad), "chain");
    bad = chain();
    bad.chain[1].kind.clear();
    EXPECT_EQ(refusal(bad), "chain[1].kind");
    bad = chain();
    bad.chain[0].unique = UniqueRule();
    EXPECT_EQ(refusal(bad), "chain[0]");
    bad = chain();
    bad.chain_catch[0].queue.clear();
    EXPECT_EQ(refusal(bad), "chain_catch.queue");
    bad = chain();
    bad.chain.assign(101, step("link"));
    EXPECT_EQ(refusal(bad), "chain");
    EXPECT_EQ(count("jobs"), 0);
}

TEST_F(Chain, Q14_AWaitingLinkIsNotReplaced) {
    NewJob first = chain();
    first.unique = UniqueRule();
    push(first);
    NewJob replacing = step("first");
    replacing.unique = UniqueRule();
    replacing.unique->on_conflict = UniqueRule::OnConflict::replace;
    EXPECT_EQ(refusal(replacing), "unique");
    ReservedJob held;
    static_cast<void>(take_next(held));
    complete(held);
    EXPECT_EQ(count("job_unique"), 0);
    EXPECT_EQ(take_next(held).kind, "second");
}

TEST_F(Chain, Q9_TheTablesHoldNoPlainText) {
    const std::string key(64, 'a');
    NewJob secret = step("secret");
    secret.args = {{"iban", "DE02120300000000202051"}};
    secret.encrypted = true;
    secret.unique = UniqueRule();
    NewJob link = secret;
    link.unique.reset();
    secret.chain = {link};
    NewJob again = secret;
    EXPECT_EQ(refusal(secret), "args"); // not sealed: nothing is written
    EXPECT_EQ(count("jobs"), 0);
    seal_args(secret, key);
    push(secret);
    seal_args(again, key);
    EXPECT_EQ(push(again), text("SELECT uuid FROM job_run")); // the same arguments, sealed anew
    ReservedJob held;
    Envelope envelope = take_next(held);
    EXPECT_EQ(held.payload.find("DE0212"), std::string::npos);
    ASSERT_TRUE(open_args(envelope, key).has_value());
    EXPECT_EQ(envelope.args["iban"], "DE02120300000000202051");
    complete(held);
    envelope = take_next(held);
    EXPECT_EQ(open_args(envelope, std::string(64, 'b')).error().code, ErrorCode::forbidden);
    EXPECT_EQ(open_args(envelope, "").error().code, ErrorCode::forbidden);
    give_up(held);
    EXPECT_EQ(count("failed_jobs", "payload LIKE '%DE0212%'"), 0);
    envelope.kind = "other"; // sealed args can't be moved
    EXPECT_FALSE(open_args(envelope, key).has_value());
    envelope.kind = "secret";
    EXPECT_TRUE(open_args(envelope, key).has_value());
}

TEST_F(Chain, Q10_TagsAndMetadataAreShownAndTagsFound) {
    NewJob tagged = job();
    tagged.tags = {"payroll", "a\"b"};
    tagged.meta = {{"invoice", 5}};
    const std::string uuid = push(tagged);
    push(job());
    const mysql::Pool::Handle connection = direct->acquire(soon());
    const Json shown = value_or_throw(show_job(*connection, QueueSchema::current(), uuid));
    EXPECT_EQ(shown["tags"], Json({"payroll", "a\"b"}));
    EXPECT_EQ(shown["meta"], Json({{"invoice", 5}}));
    JobFilter filter;
    for (const char* tag : {"payroll", "a\"b"}) {
        filter.tag = tag;
        const auto listed = list_jobs(*connection, QueueSchema::current(), filter);
        ASSERT_EQ(listed.size(), 1U) << tag;
        EXPECT_EQ(listed[0]["uuid"], uuid);
    }
    filter.tag = "pay";
    EXPECT_TRUE(list_jobs(*connection, QueueSchema::current(), filter).empty());
    EXPECT_EQ(parse_envelope(take_one().payload)->meta, Json({{"invoice", 5}}));
    tagged.meta = Json::array();
    EXPECT_EQ(refusal(tagged), "meta");
}

} // namespace
} // namespace bgerp::queue
