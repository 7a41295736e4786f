// What tests of unique jobs share: jobs with a rule, and what became of pushing them.
#pragma once

#include "tenant_db/queue/inspect.hpp"
#include "tenant_db/queue/payload.hpp"
#include "tests/conformance/queue_fixture.hpp"

namespace bgerp::queue {

class Unique : public QueueFixture {
protected:
    static NewJob only(int n = 1, const UniqueRule& rule = {}) {
        NewJob fresh = job();
        fresh.args = {{"n", n}};
        fresh.unique = rule;
        return fresh;
    }

    static UniqueRule until(UniqueRule::Until end, std::int64_t period_s = 0) {
        UniqueRule rule;
        rule.until = end;
        rule.period_s = period_s;
        return rule;
    }

    static UniqueRule keyed(UniqueRule::OnConflict on_conflict) {
        UniqueRule rule;
        rule.key = "order 5";
        rule.on_conflict = on_conflict;
        return rule;
    }

    static NewJob replacing(int n) { return only(n, keyed(UniqueRule::OnConflict::replace)); }

    Result<std::vector<Pushed>> try_push(const std::vector<NewJob>& jobs) {
        return mysql::with_transaction(*pool, soon(), [&](mysql::Transaction& t) {
            return queue::push_many(t, schema, jobs);
        });
    }

    Pushed push_one(const NewJob& one) { return value_or_throw(try_push({one})).front(); }

    std::string how(const NewJob& one) { return how_name(push_one(one).how); }

    void complete(const ReservedJob& held) {
        ASSERT_EQ(complete_many_if_mine(*pool, soon(), schema, {{&held, "", "", ""}}), 0U);
    }

    void give_up(const ReservedJob& held, bool cancelled = false) {
        value_or_throw(fail_if_mine(*pool, soon(), schema, {&held, "", "", "e", cancelled}));
    }

    std::int64_t keys() { return count("job_unique"); }

    std::int64_t n_of(const ReservedJob& held) {
        return parse_envelope(held.payload)->args["n"].get<std::int64_t>();
    }
};

} // namespace bgerp::queue
