// Every statement of every verb fails in turn, in each way a server has of failing one: a deadlock,
// a lock wait that took too long, a connection lost before or after the statement took effect,
// COMMIT included. Conflicts never reach the caller; whatever does, the tables are as before the
// verb or as after it, never between, and calling the verb again leads to the same end.
#include "base/mysql/statement_hook.hpp"
#include "tests/conformance/verb_cases.hpp"

#include <algorithm>
#include <array>
#include <iostream>

namespace bgerp::queue {
namespace {

struct Fault {
    const char* name;
    int number;
    bool after; // the statement took effect
};

bool is_lost(const Fault& fault) {
    return mysql::classify(fault.number) == mysql::ErrorClass::connection_lost;
}

constexpr std::array faults{
    Fault{"deadlock", 1213, false},
    Fault{"lock wait", 1205, false},
    Fault{"connection lost before", 2006, false},
    Fault{"connection lost after", 2013, true},
};

// Fails the k-th statement; k = 0 only counts.
class FailNth final : public mysql::StatementHook {
public:
    void arm(int k, const Fault& fault) {
        count_ = 0;
        k_ = k;
        fault_ = fault;
        armed_ = true;
        inside_ = false;
    }

    void disarm() { armed_ = false; }

    void begun() override { inside_ = armed_; }

    [[nodiscard]] int before(std::string_view sql) override {
        counts_ = armed_ && is_the_verbs(sql);
        if (!counts_) {
            return 0;
        }
        if (++count_ != k_) {
            inside_ = inside_ && sql != "COMMIT";
            return 0;
        }
        failed_sql_ = sql;
        failed_inside_ = inside_;
        return fault_.after ? 0 : fault_.number;
    }

    [[nodiscard]] int after(std::string_view /*sql*/) override {
        return counts_ && count_ == k_ && fault_.after ? fault_.number : 0;
    }

    [[nodiscard]] int count() const { return count_; }

    [[nodiscard]] const std::string& failed_sql() const { return failed_sql_; }

    /// The statement that failed was one of a transaction, COMMIT included.
    [[nodiscard]] bool failed_inside() const { return failed_inside_; }

private:
    // What the pool and the end of a failed transaction say isn't the verb's own.
    static bool is_the_verbs(std::string_view sql) {
        return sql != "ROLLBACK" && sql != "SELECT 1" && sql.substr(0, 11) != "SET SESSION";
    }

    bool armed_ = false;
    bool counts_ = false;
    bool inside_ = false;
    bool failed_inside_ = false;
    int count_ = 0;
    int k_ = 0;
    Fault fault_ = faults[0];
    std::string failed_sql_;
};

class StatementFault : public VerbFixture, public testing::WithParamInterface<const char*> {
protected:
    StatementFault() {
        mysql::Endpoint endpoint = database.admin();
        endpoint.hook = &hook;
        hooked = std::make_unique<mysql::Pool>(endpoint, 1);
    }

    void arrange(const VerbCase& verb) {
        empty_tables(*direct, {"ledger"});
        verb.arrange();
    }

    /// True when the verb came to its end, as far as its caller can see.
    bool call(const VerbCase& verb) {
        try {
            verb.call(*hooked);
            return true;
        } catch (const Failure& failure) {
            EXPECT_EQ(failure.error().code, ErrorCode::unavailable) << failure.what();
            return false;
        }
    }

    void fail_at(const VerbCase& verb, int k, const Fault& fault) {
        arrange(verb);
        ASSERT_EQ(dump(), before) << "the test's own set-up differs from time to time";
        hook.arm(k, fault);
        const bool returned = call(verb);
        const bool met = hook.count() >= k;
        hook.disarm();
        SCOPED_TRACE(
            std::string(fault.name) + " at " + std::to_string(k) + ": " + hook.failed_sql()
        );
        ASSERT_TRUE(met) << "the statement was never run";
        const bool unknown = hook.failed_sql() == "COMMIT" && is_lost(fault);
        EXPECT_TRUE(returned || unknown || !hook.failed_inside())
            << "what was rolled back can be run again without asking the caller";
        const std::string now = dump();
        if (returned) {
            EXPECT_EQ(now, after);
        } else if (!verb.in_steps) {
            EXPECT_TRUE(now == before || now == after) << "half done:\n" << now;
        }
        EXPECT_TRUE(call(verb));
        EXPECT_EQ(dump(), after) << "once more doesn't come to the same end";
    }

    [[nodiscard]] std::string dump() { return dump_tables(*direct, {"ledger"}); }

    FailNth hook;
    std::unique_ptr<mysql::Pool> hooked;
    std::string before;
    std::string after;
};

TEST_P(StatementFault, AllOrNothingAndAgainTheSame) {
    const VerbCase verb = cases().at(GetParam());
    arrange(verb);
    before = dump();
    hook.arm(0, faults[0]);
    ASSERT_TRUE(call(verb));
    const int statements = hook.count();
    hook.disarm();
    after = dump();
    ASSERT_NE(before, after) << "the verb did nothing that could be seen";
    for (int k = 1; k <= statements && !HasFailure(); ++k) {
        for (const Fault& fault : faults) {
            fail_at(verb, k, fault);
        }
    }
    std::cout << GetParam() << ": " << statements << " statements, each failed in " << faults.size()
              << " ways\n";
}

INSTANTIATE_TEST_SUITE_P(
    Verbs,
    StatementFault,
    testing::ValuesIn(VerbFixture::names()),
    [](const testing::TestParamInfo<const char*>& verb) { return std::string(verb.param); }
);

// Whoever adds a verb's case adds its name.
TEST_F(VerbFixture, EveryCaseHasAName) {
    std::vector<std::string> listed;
    for (const char* one : names()) {
        listed.emplace_back(one);
    }
    std::sort(listed.begin(), listed.end());
    std::vector<std::string> there;
    for (const auto& entry : cases()) {
        there.push_back(entry.first);
    }
    EXPECT_EQ(listed, there);
}

} // namespace
} // namespace bgerp::queue
