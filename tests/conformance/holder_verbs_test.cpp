// Every verb of a job's holder, from every state the job can be in meanwhile. Only who holds the
// lease may write; for all others the tables stay as they are, to the byte.
#include "tenant_db/queue/end_attempt.hpp"
#include "tenant_db/queue/inspect.hpp"
#include "tenant_db/queue/job_signal.hpp"
#include "tenant_db/queue/job_steps.hpp"
#include "tenant_db/queue/payload.hpp"
#include "tenant_db/queue/tables.hpp"
#include "tests/conformance/queue_fixture.hpp"

#include <functional>
#include <map>

namespace bgerp::queue {
namespace {

class HolderVerbs : public QueueFixture {
protected:
    using Verb = std::function<bool(const ReservedJob&)>; // true: it took effect

    HolderVerbs() {
        uuid = push(job());
        push(job("bystander"));
    }

    [[nodiscard]] std::map<std::string, Verb> verbs() {
        std::map<std::string, Verb> all = row_verbs();
        all.merge(memory_verbs());
        return all;
    }

    // What a job remembers and waits for.
    [[nodiscard]] std::map<std::string, Verb> memory_verbs() {
        return {
            {"step",
             [&](const ReservedJob& j) {
                 return in_transaction([&](mysql::Transaction& t) {
                     return write_step_if_mine(t, schema, j, "first", 1);
                 });
             }},
            {"await signal",
             [&](const ReservedJob& j) {
                 constexpr std::chrono::seconds timeout{60};
                 return allowed(await_signal_if_mine(*pool, soon(), schema, j, "go", timeout)
                                    .map([](const SignalWait&) {}));
             }},
        };
    }

    [[nodiscard]] std::map<std::string, Verb> row_verbs() {
        return {
            {"renew",
             [&](const ReservedJob& j) {
                 return renew_leases(*pool, soon(), schema, {&j}).lost.empty();
             }},
            {"complete_many",
             [&](const ReservedJob& j) {
                 return complete_many_if_mine(*pool, soon(), schema, {{&j, uuid, "", "{}"}}) == 0;
             }},
            {"complete",
             [&](const ReservedJob& j) {
                 return in_transaction([&](mysql::Transaction& t) {
                     return complete_if_mine(t, schema, {&j, uuid, "", "{}"});
                 });
             }},
            {"checkpoint",
             [&](const ReservedJob& j) {
                 return in_transaction([&](mysql::Transaction& t) {
                     return checkpoint_if_mine(t, schema, j);
                 });
             }},
            {"retry at once",
             [&](const ReservedJob& j) {
                 return allowed(retry_if_mine(*pool, soon(), schema, {&j, uuid, j.payload, 0, "e"})
                 );
             }},
            {"retry later",
             [&](const ReservedJob& j) {
                 return allowed(retry_if_mine(*pool, soon(), schema, {&j, uuid, j.payload, 9, "e"})
                 );
             }},
            {"fail",
             [&](const ReservedJob& j) {
                 return allowed(fail_if_mine(*pool, soon(), schema, {&j, uuid, "", "e", false}));
             }},
            {"end as cancelled",
             [&](const ReservedJob& j) {
                 return allowed(fail_if_mine(*pool, soon(), schema, {&j, uuid, "", "", true}));
             }},
            {"release",
             [&](const ReservedJob& j) {
                 return release_if_mine(*pool, soon(), schema, {&j}) == 1;
             }},
            {"snooze",
             [&](const ReservedJob& j) {
                 return release_if_mine(*pool, soon(), schema, {&j}, 9) == 1;
             }},
            {"find by key",
             [&](const ReservedJob& j) {
                 return found(find_if_mine(*pool->acquire(soon()), schema, j.key, j.fence), j);
             }},
            {"find by uuid",
             [&](const ReservedJob& j) {
                 return found(find_if_mine(*pool->acquire(soon()), schema, uuid, j.fence), j);
             }},
            {"end an attempt",
             [&](const ReservedJob& j) {
                 const Decision decision{Verdict::release, 0, {}};
                 return allowed(end_attempt(*pool, soon(), schema, j, {}, decision));
             }},
            {"progress",
             [&](const ReservedJob& j) {
                 return allowed(report_progress(*pool->acquire(soon()), schema, j, uuid, 50, "x"));
             }},
        };
    }

    template <class Fn>
    bool in_transaction(Fn fn) {
        return allowed(mysql::with_transaction(*pool, soon(), fn));
    }

    static bool found(const Result<ReservedJob>& result, const ReservedJob& held) {
        if (result) {
            EXPECT_EQ(result->payload, held.payload);
            EXPECT_EQ(result->flags, held.flags);
            EXPECT_EQ(result->created_at, held.created_at);
        }
        return allowed(result.map([](const ReservedJob& /*job*/) {}));
    }

    static bool allowed(const Result<void>& result) {
        if (!result) {
            EXPECT_EQ(result.error().code, ErrorCode::lease_lost);
        }
        return result.has_value();
    }

    std::string everything() {
        std::string sums;
        for (const std::string_view table : queue_tables()) {
            direct->acquire(soon())->query(
                "CHECKSUM TABLE " + std::string(table),
                {},
                [&](const mysql::Row& row) { sums += row.text(1) + " "; }
            );
        }
        return sums;
    }

    void none_takes_effect(const ReservedJob& held) {
        const std::string before = everything();
        for (const auto& [verb_name, verb] : verbs()) {
            EXPECT_FALSE(verb(held)) << verb_name;
            EXPECT_EQ(everything(), before) << verb_name;
        }
    }

    std::string uuid;
};

TEST_F(HolderVerbs, NeverReserved) {
    ReservedJob held = take_one(me);
    ASSERT_EQ(release_if_mine(*pool, soon(), schema, {&held}), 1U);
    none_takes_effect(held);
}

TEST_F(HolderVerbs, ReservedByAnother) {
    ReservedJob held = take_one(other);
    held.fence.owner = me;
    none_takes_effect(held);
}

TEST_F(HolderVerbs, LeaseLostToAnother) {
    const ReservedJob held = take_one(me);
    age_leases(20);
    take_one(other);
    none_takes_effect(held);
}

TEST_F(HolderVerbs, LeaseLostToMyself) {
    const ReservedJob held = take_one(me);
    age_leases(20);
    take_one(me);
    none_takes_effect(held);
}

TEST_F(HolderVerbs, Delayed) {
    const ReservedJob held = take_one(me);
    ASSERT_TRUE(verbs()["retry later"](held));
    none_takes_effect(held);
}

TEST_F(HolderVerbs, Failed) {
    const ReservedJob held = take_one(me);
    ASSERT_TRUE(verbs()["fail"](held));
    none_takes_effect(held);
}

TEST_F(HolderVerbs, Cancelled) {
    ASSERT_EQ(*cancel_job(*pool, soon(), schema, uuid), "cancelled");
    ReservedJob held = take_one(other); // the bystander
    held.key.id -= 1;
    held.fence.owner = me;
    none_takes_effect(held);
}

TEST_F(HolderVerbs, Completed) {
    const ReservedJob held = take_one(me);
    ASSERT_TRUE(verbs()["complete"](held));
    none_takes_effect(held);
}

TEST_F(HolderVerbs, FailedAndRetriedByHand) {
    const ReservedJob held = take_one(me);
    ASSERT_TRUE(verbs()["fail"](held));
    ASSERT_EQ(*retry_failed(*pool, soon(), schema, uuid), 1U);
    none_takes_effect(held);
}

TEST_F(HolderVerbs, ReservedByMe) {
    for (const auto& [verb_name, verb] : verbs()) {
        execute("DELETE FROM jobs");
        NewJob fresh = job();
        uuid = push(fresh);
        const ReservedJob held = take_one(me);
        EXPECT_TRUE(verb(held)) << verb_name;
    }
}

TEST_F(HolderVerbs, ExpiredButNotTakenIsStillMine) {
    for (const auto& [verb_name, verb] : verbs()) {
        execute("DELETE FROM jobs");
        uuid = push(job());
        const ReservedJob held = take_one(me);
        age_leases(1000);
        EXPECT_TRUE(verb(held)) << verb_name;
    }
}

} // namespace
} // namespace bgerp::queue
