#include "tests/conformance/verb_cases.hpp"

#include "tenant_db/queue/batch.hpp"
#include "tenant_db/queue/foreign_ends.hpp"
#include "tenant_db/queue/inspect.hpp"
#include "tenant_db/queue/pause.hpp"
#include "tenant_db/queue/prune.hpp"

namespace bgerp::queue {

namespace {

Deadline in_time() {
    return Deadline::after(std::chrono::seconds(60));
}

// Refusals (lease lost, conflict, not found) are how a second call learns that the first took
// effect.
template <class Value>
void ignore(const Result<Value>& /*result*/) {}

} // namespace

VerbFixture::VerbFixture() {
    execute("CREATE TABLE ledger (id INT AUTO_INCREMENT PRIMARY KEY, n INT NOT NULL)");
}

std::vector<const char*> VerbFixture::names() {
    return {"add_to_batch",     "cancel_batch",   "cancel_delayed",
            "cancel_running",   "cancel_waiting", "checkpoint",
            "clear_queue",      "complete",       "complete_many",
            "create_batch",     "end_cancelled",  "enqueue",
            "enqueue_many",     "fail",           "fail_member",
            "flush_failed",     "forget_failed",  "pause",
            "progress",         "promote_due",    "prune_finished",
            "release",          "renew",          "reserve",
            "rescue",           "resume",         "retry_failed",
            "retry_failed_all", "retry_later",    "retry_now",
            "settle_batch",     "settle_batches", "settle_failed_batch",
            "settle_foreign",   "shunt_delayed",  "snooze"};
}

std::map<std::string, VerbCase> VerbFixture::cases() {
    Cases all;
    add_ways_in(all);
    add_holders(all);
    add_moves(all);
    add_peoples(all);
    add_batches(all);
    add_foreign(all);
    return all;
}

NewJob VerbFixture::known(int number) const {
    NewJob one = job();
    one.uuid = known_uuid(number);
    one.tracked = number != 2;
    one.priority = number == 3 ? 5 : 0;
    return one;
}

void VerbFixture::push_three() {
    push_many({known(1), known(2), known(3)});
}

void VerbFixture::hold_three() {
    push_three();
    held_ = take(me, 3);
}

void VerbFixture::push_batch(bool allow_failures) {
    NewBatch batch;
    batch.name = "b";
    batch.jobs = {known(1), known(3)};
    batch.then_job = job("then");
    batch.catch_job = job("catch");
    batch.finally_job = job("finally");
    batch.allow_failures = allow_failures;
    batch_ = value_or_throw(mysql::with_transaction(*pool, soon(), [&](mysql::Transaction& t) {
        return create_batch(t, schema, batch);
    }));
}

void VerbFixture::end_batch(bool failed) {
    push_batch(true);
    held_ = take(me, 2);
    complete_many_if_mine(*pool, soon(), schema, {{&held_[0], known_uuid(1), batch_, ""}});
    if (failed) {
        value_or_throw(
            fail_if_mine(*pool, soon(), schema, {&held_[1], known_uuid(3), batch_, "e", false})
        );
    } else {
        complete_many_if_mine(*pool, soon(), schema, {{&held_[1], known_uuid(3), batch_, ""}});
    }
}

void VerbFixture::fail_one() {
    hold_three();
    value_or_throw(fail_if_mine(*pool, soon(), schema, {&held_[0], known_uuid(1), "", "e", false}));
}

Completion VerbFixture::completion(std::size_t index) const {
    return {&held_[index], known_uuid(static_cast<int>(index) + 1), "", "{}"};
}

void VerbFixture::add_ways_in(Cases& cases) {
    cases["enqueue"] = {
        [] {},
        [&](mysql::Pool& p) {
            ignore(mysql::with_transaction(p, in_time(), [&](mysql::Transaction& t) {
                return enqueue(t, schema, known(1));
            }));
        }};
    cases["enqueue_many"] = {
        [] {},
        [&](mysql::Pool& p) {
            NewJob later = known(4);
            later.delay = std::chrono::hours(1);
            ignore(mysql::with_transaction(p, in_time(), [&](mysql::Transaction& t) {
                t.execute("INSERT INTO " + schema("ledger") + " (n) VALUES (1)");
                return enqueue_many(t, schema, {known(1), known(2), known(3), later});
            }));
        }};
    cases["create_batch"] = {
        [] {},
        [&](mysql::Pool& p) {
            NewBatch batch;
            batch.jobs = {known(1), known(3)};
            batch.then_job = job("then");
            ignore(mysql::with_transaction(p, in_time(), [&](mysql::Transaction& t) {
                return create_batch(t, schema, batch);
            }));
        }};
    cases["add_to_batch"] = {
        [&] { push_batch(false); },
        [&](mysql::Pool& p) {
            ignore(mysql::with_transaction(p, in_time(), [&](mysql::Transaction& t) {
                return add_to_batch(t, schema, batch_, {known(5)});
            }));
        }};
}

void VerbFixture::add_holders(Cases& cases) {
    const auto hold = [&] { hold_three(); };
    const auto retry = [&](std::int64_t delay_s) {
        return [&, delay_s](mysql::Pool& p) {
            const ReservedJob& one = held_[0];
            ignore(retry_if_mine(
                p,
                in_time(),
                schema,
                {&one, known_uuid(1), one.payload, delay_s, "e"}
            ));
        };
    };
    const auto fail = [&](bool cancelled) {
        return [&, cancelled](mysql::Pool& p) {
            ignore(fail_if_mine(
                p,
                in_time(),
                schema,
                {&held_[0], known_uuid(1), "", cancelled ? "" : "e", cancelled}
            ));
        };
    };
    const auto release = [&](std::int64_t delay_s) {
        return [&, delay_s](mysql::Pool& p) {
            release_if_mine(p, in_time(), schema, {&held_[0], &held_[1], &held_[2]}, delay_s);
        };
    };
    cases["complete_many"] = {hold, [&](mysql::Pool& p) {
                                  complete_many_if_mine(
                                      p,
                                      in_time(),
                                      schema,
                                      {completion(0), completion(1), completion(2)}
                                  );
                              }};
    cases["complete"] = {
        hold,
        [&](mysql::Pool& p) {
            ignore(mysql::with_transaction(p, in_time(), [&](mysql::Transaction& t) {
                t.execute("INSERT INTO " + schema("ledger") + " (n) VALUES (1)");
                return complete_if_mine(t, schema, completion(0));
            }));
        }};
    cases["checkpoint"] = {
        [&] {
            push_three();
            take(other, 3);
            age_leases(20); // so that there is a count of rescues to be set back
            held_ = take(me, 3);
        },
        [&](mysql::Pool& p) {
            ignore(mysql::with_transaction(p, in_time(), [&](mysql::Transaction& t) {
                return checkpoint_if_mine(t, schema, held_[0]);
            }));
        }};
    cases["retry_now"] = {hold, retry(0)};
    cases["retry_later"] = {hold, retry(60)};
    cases["fail"] = {hold, fail(false)};
    cases["end_cancelled"] = {hold, fail(true)};
    cases["release"] = {hold, release(0)};
    cases["snooze"] = {hold, release(60)};
    cases["progress"] = {
        hold,
        [&](mysql::Pool& p) {
            ignore(report_progress(*p.acquire(in_time()), schema, held_[0], known_uuid(1), 5, "x"));
        }};
}

void VerbFixture::add_moves(Cases& cases) {
    const auto claim = [&](mysql::Pool& p) {
        ClaimCursor cursor;
        static_cast<void>(reserve(p, in_time(), schema, "default", 9, me, LeaseRules(), cursor));
    };
    cases["reserve"] = {[&] { push_three(); }, claim};
    cases["rescue"] = {
        [&] {
            push_three();
            take(other, 3);
            age_leases(20);
        },
        claim};
    cases["renew"] = {
        [&] {
            hold_three();
            execute("UPDATE jobs SET reserved_at = 5");
        },
        [&](mysql::Pool& p) {
            static_cast<void>(renew_leases(p, in_time(), schema, {&held_[0], &held_[1], &held_[2]})
            );
        }};
    cases["promote_due"] = {
        [&] {
            std::vector<NewJob> later{known(1), known(2), known(3)};
            for (NewJob& one : later) {
                one.delay = std::chrono::hours(1);
            }
            push_many(later);
            make_due();
        },
        [&](mysql::Pool& p) { promote_due(p, in_time(), schema, 100); },
        true};
    cases["shunt_delayed"] = {
        [&] {
            push_three();
            execute("UPDATE jobs SET available_at = UNIX_TIMESTAMP() + 3600");
        },
        [&](mysql::Pool& p) {
            ShuntCursor cursor;
            shunt_delayed(p, in_time(), schema, 100, cursor);
        },
        true};
}

void VerbFixture::add_peoples(Cases& cases) {
    const auto cancel = [&](mysql::Pool& p) {
        ignore(cancel_job(p, in_time(), schema, known_uuid(1)));
    };
    cases["cancel_waiting"] = {[&] { push_three(); }, cancel};
    cases["cancel_running"] = {[&] { hold_three(); }, cancel};
    cases["cancel_delayed"] = {
        [&] {
            NewJob later = known(1);
            later.delay = std::chrono::hours(1);
            push(later);
        },
        cancel};
    cases["clear_queue"] = {
        [&] {
            push_three();
            NewJob later = known(4);
            later.delay = std::chrono::hours(1);
            push(later);
        },
        [&](mysql::Pool& p) { clear_queue(p, in_time(), schema, "default"); },
        true};
    const auto fail = [&] { fail_one(); };
    cases["retry_failed"] = {fail, [&](mysql::Pool& p) {
                                 ignore(retry_failed(p, in_time(), schema, known_uuid(1)));
                             }};
    cases["retry_failed_all"] = {fail, [&](mysql::Pool& p) {
                                     ignore(retry_failed(p, in_time(), schema, ""));
                                 }};
    cases["forget_failed"] = {fail, [&](mysql::Pool& p) {
                                  ignore(forget_failed(p, in_time(), schema, known_uuid(1)));
                              }};
    cases["flush_failed"] = {fail, [&](mysql::Pool& p) {
                                 flush_failed(p, in_time(), schema, std::chrono::hours(0));
                             }};
    cases["prune_finished"] = {
        [&] {
            hold_three();
            complete_many_if_mine(*pool, soon(), schema, {completion(0), completion(2)});
            execute("UPDATE job_run SET created_at = 5, finished_at = 5");
        },
        [&](mysql::Pool& p) {
            prune_finished(p, in_time(), schema, Retention(std::chrono::hours(1)));
        },
        true};
    cases["pause"] = {
        [] {},
        [&](mysql::Pool& p) {
            ignore(
                pause(*p.acquire(in_time()), schema, {PauseScope::queue, "default"}, std::nullopt)
            );
        }};
    cases["resume"] = {
        [&] {
            value_or_throw(
                pause(*pool->acquire(soon()), schema, {PauseScope::queue, "default"}, std::nullopt)
            );
        },
        [&](mysql::Pool& p) {
            resume(*p.acquire(in_time()), schema, {PauseScope::queue, "default"});
        }};
}

// Links of two chains that another system ended, one of them badly.
void VerbFixture::add_foreign(Cases& cases) {
    cases["settle_foreign"] = {
        [&] {
            NewJob done = known(1);
            done.chain = {job("next")};
            NewJob failed = known(3);
            failed.chain = {job("never")};
            failed.chain_catch = {job("catch")};
            push_many({done, failed});
            execute("DELETE FROM jobs");
            execute(
                "INSERT INTO failed_jobs (uuid, connection, queue, payload, exception)"
                " VALUES (?, 'bgerp', 'default', '{}', 'e')",
                {known_uuid(3)}
            );
        },
        [&](mysql::Pool& p) {
            ForeignCursor cursor;
            StatCells counted;
            constexpr int calls = 3; // a page and the end, then the page for the second time
            for (int call = 0; call < calls; ++call) {
                settle_foreign_ends(p, in_time(), schema, 100, cursor, counted);
            }
        }};
}

void VerbFixture::add_batches(Cases& cases) {
    const auto settle = [&](mysql::Pool& p) { settle_batch(p, in_time(), schema, batch_); };
    cases["settle_batch"] = {[&] { end_batch(false); }, settle};
    cases["settle_failed_batch"] = {[&] { end_batch(true); }, settle};
    cases["settle_batches"] = {
        [&] { end_batch(false); },
        [&](mysql::Pool& p) { settle_batches(p, in_time(), schema); }};
    cases["fail_member"] = {
        [&] {
            push_batch(false);
            held_ = take(me, 2);
        },
        [&](mysql::Pool& p) {
            ignore(
                fail_if_mine(p, in_time(), schema, {&held_[0], known_uuid(1), batch_, "e", false})
            );
        }};
    cases["cancel_batch"] = {
        [&] { push_batch(false); },
        [&](mysql::Pool& p) { ignore(cancel_batch(p, in_time(), schema, batch_)); }};
}

} // namespace bgerp::queue
