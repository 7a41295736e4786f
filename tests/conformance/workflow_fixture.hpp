// A queue with workflows in it, and a worker of a few lines that tests drive by hand: it takes a
// job, ends it one way or the other, and settles what follows, or dies before it does.
#pragma once

#include "tenant_db/queue/batch.hpp"
#include "tenant_db/queue/inspect.hpp"
#include "tenant_db/queue/payload.hpp"
#include "tenant_db/queue/workflow.hpp"
#include "tests/conformance/queue_fixture.hpp"

#include <map>

namespace bgerp::queue {

class WorkflowFixture : public QueueFixture {
protected:
    static NewStep step(const std::string& name, std::vector<std::string> after = {}) {
        NewStep fresh;
        fresh.name = name;
        fresh.job = job(name);
        fresh.after = std::move(after);
        return fresh;
    }

    std::string make(const NewWorkflow& workflow) {
        return value_or_throw(mysql::with_transaction(*pool, soon(), [&](mysql::Transaction& t) {
            return create_workflow(t, schema, workflow);
        }));
    }

    std::string make(std::vector<NewStep> steps) {
        return make(NewWorkflow{"month end", std::move(steps), OnFailure::stop});
    }

    Json show(const std::string& id) {
        return value_or_throw(show_workflow(*pool->acquire(soon()), schema, id));
    }

    std::string state(const std::string& id) { return show(id).at("state"); }

    /// The steps' states by name.
    std::map<std::string, std::string> states(const std::string& id) {
        std::map<std::string, std::string> found;
        const Json shown = show(id);
        for (const Json& one : shown.at("steps")) {
            found[one.at("name")] = one.at("state");
        }
        return found;
    }

    static std::string kind_of(const ReservedJob& held) {
        return value_or_throw(parse_envelope(held.payload)).kind;
    }

    static StepRef ref_of(const ReservedJob& held) {
        return value_or_throw(parse_envelope(held.payload)).workflow_step.value();
    }

    /// Ends a job without what follows: as if the worker died right after the commit.
    void complete(const ReservedJob& held, const std::string& output = "") {
        ASSERT_EQ(complete_many_if_mine(*pool, soon(), schema, {{&held, "", "", output}}), 0U);
    }

    void fail_job(const ReservedJob& held, bool cancelled = false) {
        value_or_throw(fail_if_mine(*pool, soon(), schema, {&held, "", "", "broken", cancelled}));
    }

    WorkflowProgress settle(const std::string& id) {
        return settle_workflow(*pool, soon(), schema, id);
    }

    /// Takes what is there, by kind.
    std::map<std::string, ReservedJob> take_kinds(std::size_t limit = 1000) {
        std::map<std::string, ReservedJob> taken;
        for (ReservedJob& held : take(me, limit)) {
            taken.emplace(kind_of(held), held);
        }
        return taken;
    }

    /// Completes the only job there is, which must be of this kind, and settles.
    void run_step(const std::string& kind, const std::string& id, const std::string& output = "") {
        const ReservedJob held = take_one();
        ASSERT_EQ(kind_of(held), kind);
        complete(held, output);
        settle(id);
    }
};

} // namespace bgerp::queue
