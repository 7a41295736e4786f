// Property test of the state machine: random verbs by three workers and a person, with jobs they
// hold, have lost or never had, against a model of a page in memory. After every step the tables
// say what the model says: each job's state, attempts, holder and counts of dead workers.
#include "tenant_db/queue/inspect.hpp"
#include "tenant_db/queue/payload.hpp"
#include "tests/conformance/queue_fixture.hpp"

#include <algorithm>
#include <array>
#include <iostream>
#include <map>
#include <random>

namespace bgerp::queue {
namespace {

struct ModelJob {
    std::string state;
    std::int64_t priority = 0;
    std::int64_t attempts = 0;
    std::uint64_t owner = 0;
    std::int64_t rescues = 0;
    std::int64_t interruptions = 0;
    bool expired = false; // running, and its lease has run out

    [[nodiscard]] bool running() const { return state == "running"; }

    [[nodiscard]] bool delayed() const { return state == "scheduled" || state == "retryable"; }

    [[nodiscard]] bool can_be_reserved() const {
        return state == "available" || (running() && expired);
    }

    [[nodiscard]] std::string text() const {
        return state + " attempts " + std::to_string(attempts) + " owner " + std::to_string(owner) +
               " rescues " + std::to_string(rescues) + " interruptions " +
               std::to_string(interruptions);
    }
};

class Model : public QueueFixture {
protected:
    static constexpr std::uint64_t workers = 3;

    void step() {
        switch (random() % 16) {
        case 0:
        case 1:
        case 2:
            return push_one();
        case 3:
        case 4:
        case 5:
            return reserve_some();
        case 6:
            return expire();
        case 7:
            return promote();
        case 8:
            return cancel_one();
        case 9:
            return retry_one_failed();
        default:
            return use_a_holding();
        }
    }

    void push_one() {
        NewJob fresh = job();
        fresh.priority = static_cast<std::int64_t>(random() % 3) - 1;
        fresh.delay = std::chrono::seconds(random() % 3 == 0 ? 600 : 0);
        const std::string uuid = push(fresh);
        note("push " + uuid);
        jobs[uuid] = {fresh.delay.count() > 0 ? "scheduled" : "available", fresh.priority};
    }

    // Whoever can be reserved, the smallest priorities first, no more and no fewer than asked for.
    void reserve_some() {
        const std::uint64_t owner = random() % workers + 1;
        const std::size_t limit = random() % 4 + 1;
        std::vector<std::int64_t> expected;
        for (const auto& [uuid, one] : jobs) {
            if (one.can_be_reserved()) {
                expected.push_back(one.priority);
            }
        }
        std::sort(expected.begin(), expected.end());
        expected.resize(std::min(expected.size(), limit));
        std::vector<std::int64_t> taken;
        for (ReservedJob& held : take(owner, limit)) {
            const std::string uuid = value_or_throw(parse_envelope(held.payload)).uuid;
            note("worker " + std::to_string(owner) + " reserves " + uuid);
            ModelJob& one = jobs.at(uuid);
            EXPECT_TRUE(one.can_be_reserved()) << one.text();
            one.rescues += one.running() ? 1 : 0;
            one.interruptions += one.running() ? 1 : 0;
            one.state = "running";
            one.owner = owner;
            one.expired = false;
            ++one.attempts;
            taken.push_back(one.priority);
            holdings.emplace_back(uuid, std::move(held));
        }
        EXPECT_EQ(taken, expected);
    }

    void expire() {
        note("all leases run out");
        age_leases(20);
        for (auto& entry : jobs) {
            entry.second.expired = entry.second.running();
        }
    }

    void promote() {
        note("what is delayed becomes due");
        make_due();
        promote_due(*pool, soon(), schema, 1000);
        for (auto& entry : jobs) {
            if (entry.second.delayed()) {
                entry.second.state = "available";
            }
        }
    }

    void cancel_one() {
        const std::string uuid = any_job();
        if (uuid.empty()) {
            return;
        }
        note("cancel " + uuid);
        ModelJob& one = jobs.at(uuid);
        const Result<std::string> now = cancel_job(*pool, soon(), schema, uuid);
        if (one.running()) {
            EXPECT_EQ(now.value_or("refused"), "running");
        } else if (one.state == "available" || one.delayed()) {
            EXPECT_EQ(now.value_or("refused"), "cancelled");
            one.state = "cancelled";
        } else {
            EXPECT_FALSE(now);
        }
    }

    void retry_one_failed() {
        const std::string uuid = any_job();
        if (uuid.empty()) {
            return;
        }
        note("a person retries " + uuid);
        ModelJob& one = jobs.at(uuid);
        const Result<std::size_t> count = retry_failed(*pool, soon(), schema, uuid);
        EXPECT_EQ(count.value_or(0), one.state == "failed" ? 1U : 0U);
        if (one.state == "failed") {
            one = {"available", one.priority};
        }
    }

    // A verb of the holder with a reservation made at any time: most of them have been lost.
    void use_a_holding() {
        if (holdings.empty()) {
            return;
        }
        const std::size_t newest = std::min<std::size_t>(holdings.size(), 6);
        const auto& [uuid, held] = holdings[holdings.size() - 1 - random() % newest];
        ModelJob& one = jobs.at(uuid);
        const bool mine =
            one.running() && one.owner == held.fence.owner && one.attempts == held.fence.attempts;
        const unsigned verb = random() % 7;
        note("holder's verb " + std::to_string(verb) + " on " + uuid + (mine ? "" : ", not his"));
        EXPECT_EQ(call(verb, uuid, held), mine);
        if (mine) {
            follow(verb, one);
        }
    }

    bool call(unsigned verb, const std::string& uuid, const ReservedJob& held) {
        switch (verb) {
        case 0:
            return complete_many_if_mine(*pool, soon(), schema, {{&held, uuid, "", ""}}) == 0;
        case 1:
            return retry_if_mine(*pool, soon(), schema, {&held, uuid, held.payload, 0, "e"})
                .has_value();
        case 2:
            return retry_if_mine(*pool, soon(), schema, {&held, uuid, held.payload, 600, "e"})
                .has_value();
        case 3:
            return fail_if_mine(*pool, soon(), schema, {&held, uuid, "", "e", false}).has_value();
        case 4:
            return release_if_mine(*pool, soon(), schema, {&held}) == 1;
        case 5:
            return renew_leases(*pool, soon(), schema, {&held}).lost.empty();
        default:
            return mysql::with_transaction(
                       *pool,
                       soon(),
                       [&](mysql::Transaction& t) { return checkpoint_if_mine(t, schema, held); }
            ).has_value();
        }
    }

    static void follow(unsigned verb, ModelJob& one) {
        constexpr std::array states{
            "completed",
            "available",
            "retryable",
            "failed",
            "available",
            "running",
            "running"};
        one.state = states.at(verb);
        one.expired = false;
        one.owner = one.running() ? one.owner : 0;
        if (verb == 4) {
            --one.attempts;
        }
        if (verb == 1 || verb == 2 || verb == 6) { // an end or a step of its own: nobody died of it
            one.rescues = 0;
        }
    }

    [[nodiscard]] std::string any_job() {
        if (jobs.empty()) {
            return {};
        }
        auto chosen = jobs.begin();
        std::advance(chosen, static_cast<std::ptrdiff_t>(random() % jobs.size()));
        return chosen->first;
    }

    // What job_run says, and whether a row is where that state has it.
    std::map<std::string, std::string> tables() {
        std::map<std::string, std::string> found;
        const auto connection = direct->acquire(soon());
        connection->query(
            "SELECT r.uuid, r.state, w.place, w.attempts, w.owner, w.rescues, w.interruptions"
            " FROM job_run r LEFT JOIN ("
            " SELECT JSON_VALUE(payload, '$.uuid') u, IF(reserved_at IS NULL, 'available',"
            "  'running') place, attempts, IF(reserved_at IS NULL, 0, reserved_by >> 16) owner, "
            "rescues,"
            "  interruptions FROM jobs"
            " UNION ALL SELECT JSON_VALUE(payload, '$.uuid'), 'delayed', attempts, 0, rescues,"
            "  interruptions FROM job_delayed"
            " UNION ALL SELECT uuid, 'failed', 0, 0, 0, 0 FROM failed_jobs) w ON w.u = r.uuid",
            {},
            [&](const mysql::Row& row) {
                ModelJob seen;
                seen.state = row.text(1);
                const std::string place = row.optional_text(2).value_or("nowhere");
                if (place != "nowhere" && place != "failed") {
                    seen.attempts = row.i64(3);
                    seen.owner = row.u64(4);
                    seen.rescues = row.i64(5);
                    seen.interruptions = row.i64(6);
                }
                const std::string key = row.text(0);
                EXPECT_EQ(found.count(key), 0U) << "in two places: " << key;
                found[key] = place + ": " + seen.text();
            }
        );
        return found;
    }

    std::map<std::string, std::string> expected() {
        std::map<std::string, std::string> all;
        for (const auto& [uuid, one] : jobs) {
            const bool ended = one.state == "completed" || one.state == "cancelled";
            const std::string place = ended ? "nowhere" : one.delayed() ? "delayed" : one.state;
            ModelJob seen = one;
            if (ended || one.state == "failed") {
                seen = {one.state};
            }
            all[uuid] = place + ": " + seen.text();
        }
        return all;
    }

    void note(const std::string& what) { history.push_back(what); }

    [[nodiscard]] std::string last_steps() const {
        std::string text;
        for (std::size_t i = history.size() < 12 ? 0 : history.size() - 12; i < history.size();
             ++i) {
            text += history[i] + "\n";
        }
        return text;
    }

    std::mt19937 random;
    std::map<std::string, ModelJob> jobs;
    std::vector<std::pair<std::string, ReservedJob>> holdings;
    std::vector<std::string> history;
};

TEST_F(Model, TablesAndModelAgreeAfterEveryStep) {
    const unsigned seed = std::random_device{}();
    std::cout << "seed " << seed << "\n";
    random.seed(seed);
    for (int steps = 0; steps < 500; ++steps) {
        step();
        ASSERT_EQ(tables(), expected()) << "seed " << seed << "\n" << last_steps();
        ASSERT_FALSE(HasFailure()) << "seed " << seed << "\n" << last_steps();
    }
}

} // namespace
} // namespace bgerp::queue
