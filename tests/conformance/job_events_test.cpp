// Q47: what happens to tracked jobs is written by the database itself, in the transaction that does
// it, and read in order, each event once.
#include "migrations/tenant/queue/job_event.hpp"
#include "tenant_db/queue/inspect.hpp"
#include "tenant_db/queue/job_events.hpp"
#include "tenant_db/queue/pause.hpp"
#include "tenant_db/queue/payload.hpp"
#include "tests/conformance/queue_fixture.hpp"

#include <gmock/gmock.h>

namespace bgerp::queue {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Events : public QueueFixture {
protected:
    Events() { switch_events(true); }

    void switch_events(bool on) {
        const auto connection = direct->acquire(soon());
        migrations::Schema migration(*connection);
        if (on) {
            start_job_events(migration);
        } else {
            stop_job_events(migration);
        }
    }

    EventPage read(std::uint64_t after = 0, const EventFilter& filter = {}) {
        return read_events(*pool->acquire(soon()), schema, after, filter, 1000);
    }

    /// Names of the events since the last call.
    std::vector<std::string> happened(const EventFilter& filter = {}) {
        const EventPage page = read(after_, filter);
        after_ = page.next_after;
        std::vector<std::string> names;
        for (const JobEvent& event : page.events) {
            names.push_back(event.event);
        }
        return names;
    }

    void complete(const ReservedJob& held) {
        complete_many_if_mine(*pool, soon(), schema, {{&held, "", "", ""}});
    }

private:
    std::uint64_t after_ = 0;
};

TEST_F(Events, Q47_AJobsWholeLife) {
    const std::string uuid = push(job("send"));
    EXPECT_THAT(happened(), ElementsAre("enqueued"));
    ReservedJob held = take_one();
    EXPECT_THAT(happened(), ElementsAre("started"));
    value_or_throw(retry_if_mine(*pool, soon(), schema, {&held, uuid, held.payload, 60, "e"}));
    EXPECT_THAT(happened(), ElementsAre("retried"));
    make_due();
    promote_due(*pool, soon(), schema, 10);
    EXPECT_THAT(happened(), IsEmpty()) << "its time has come";
    held = take_one();
    value_or_throw(retry_if_mine(*pool, soon(), schema, {&held, uuid, held.payload, 0, "e"}));
    EXPECT_THAT(happened(), ElementsAre("started", "retried"));
    held = take_one();
    age_leases(20);
    held = take_one(other);
    EXPECT_THAT(happened(), ElementsAre("started", "started")) << "by another worker";
    EXPECT_EQ(release_if_mine(*pool, soon(), schema, {&held}), 1U);
    EXPECT_THAT(happened(), ElementsAre("released"));
    held = take_one();
    value_or_throw(fail_if_mine(*pool, soon(), schema, {&held, uuid, "", "boom", false}));
    EXPECT_THAT(happened(), ElementsAre("started", "failed"));
    EXPECT_EQ(*retry_failed(*pool, soon(), schema, uuid), 1U);
    held = take_one();
    complete(held);
    const auto last = read().events.back();
    EXPECT_THAT(happened(), ElementsAre("enqueued", "started", "completed"));
    EXPECT_EQ(last.uuid, uuid);
    EXPECT_EQ(last.kind, "send");
    EXPECT_EQ(last.queue, "default");
    EXPECT_EQ(last.attempt, 1);
    const std::string cancelled = push(job());
    value_or_throw(cancel_job(*pool, soon(), schema, cancelled));
    EXPECT_THAT(happened(), ElementsAre("enqueued", "cancelled"));
}

TEST_F(Events, Q47_PausesAndAlertsAreEventsToo) {
    const auto connection = pool->acquire(soon());
    value_or_throw(pause(*connection, schema, {PauseScope::queue, "mail"}, std::nullopt));
    value_or_throw(pause(*connection, schema, {PauseScope::queue, "mail"}, std::nullopt));
    value_or_throw(pause(*connection, schema, {PauseScope::kind, "send"}, std::nullopt));
    resume(*connection, schema, {PauseScope::queue, "mail"});
    note_event(*connection, schema, "alert_began", "mail", "slow");
    const auto events = read().events;
    EXPECT_THAT(happened(), ElementsAre("paused", "paused", "resumed", "alert_began"));
    EXPECT_EQ(events[0].queue, "mail");
    EXPECT_EQ(events[1].kind, "send");
    EXPECT_EQ(events[1].detail, "kind");
    const Json shown = event_to_json(events[3]);
    EXPECT_EQ(shown["detail"], "slow");
    EXPECT_TRUE(shown["uuid"].is_null());
    EXPECT_TRUE(shown["attempt"].is_null());
}

TEST_F(Events, Q47_WhatIsRolledBackNeverHappened) {
    push(job());
    happened();
    mysql::run_transaction(*pool, soon(), [&](mysql::Transaction& transaction) {
        value_or_throw(enqueue(transaction, schema, job()));
        return false;
    });
    push(job());
    EXPECT_THAT(happened(), IsEmpty()) << "an id is missing: somebody may still be at it";
    execute("UPDATE job_event SET at = at - 15");
    EXPECT_THAT(happened(), ElementsAre("enqueued"));
}

TEST_F(Events, Q47_AnEventThatCommitsLateIsNotSkipped) {
    push(job());
    happened();
    mysql::run_transaction(*pool, soon(), [&](mysql::Transaction& slow) {
        value_or_throw(enqueue(slow, schema, job("slow")));
        execute("INSERT INTO job_event (at, event) VALUES (UNIX_TIMESTAMP(), 'quick')");
        EXPECT_THAT(happened(), IsEmpty()) << "its id is larger than that of one under way";
        return true;
    });
    EXPECT_THAT(happened(), ElementsAre("enqueued", "quick"));
}

TEST_F(Events, Q47_FiltersAndPages) {
    NewJob mail = job("send");
    mail.queue = "mail";
    const std::string uuid = push(mail);
    push_many({job(), job(), job("send")});
    EXPECT_EQ(read(0, {"send", "", ""}).events.size(), 2U);
    EXPECT_EQ(read(0, {"send", "mail", ""}).events.size(), 1U);
    EXPECT_EQ(read(0, {"", "", uuid}).events.size(), 1U);
    const auto session = pool->acquire(soon());
    const EventPage first = read_events(*session, schema, 0, {"noop", "", ""}, 2);
    EXPECT_EQ(first.events.size(), 1U);
    EXPECT_TRUE(first.more);
    const EventPage second = read_events(*session, schema, first.next_after, {}, 3);
    EXPECT_EQ(second.events.size(), 2U);
    EXPECT_FALSE(second.more);
    EXPECT_EQ(newest_event(*session, schema), second.next_after);
}

TEST_F(Events, Q47_SwitchedOffNothingIsWritten) {
    const auto on = [&] { return events_are_on(*pool->acquire(soon()), schema); };
    EXPECT_TRUE(on());
    switch_events(true); // again
    switch_events(false);
    switch_events(false);
    EXPECT_FALSE(on());
    push(job());
    complete(take_one());
    note_event(*pool->acquire(soon()), schema, "alert_began", "mail", "slow");
    EXPECT_EQ(count("job_event"), 0);
}

TEST_F(Events, Q47_UntrackedJobsMakeNone) {
    NewJob untracked = job();
    untracked.tracked = false;
    push(untracked);
    complete(take_one());
    EXPECT_EQ(count("job_event"), 0);
}

TEST_F(Events, Q47_OldEventsAreRemovedInSteps) {
    push_many(std::vector<NewJob>(1500, job()));
    EXPECT_EQ(prune_events(*pool, soon(), schema, 1), 0U);
    execute("UPDATE job_event SET at = at - 3601 ORDER BY id LIMIT 1400");
    EXPECT_EQ(prune_events(*pool, soon(), schema, 1), 1400U);
    EXPECT_EQ(count("job_event"), 100);
}

} // namespace
} // namespace bgerp::queue
