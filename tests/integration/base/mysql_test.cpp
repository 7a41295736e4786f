#include "base/mysql/transaction.hpp"
#include "tests/support/test_database.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <limits>
#include <map>
#include <thread>

namespace bgerp::mysql {
namespace {

Deadline soon() {
    return Deadline::after(std::chrono::seconds(30));
}

class MysqlTest : public testing::Test {
protected:
    MysqlTest()
        : name_(database_.create_database())
        , pool_(database_.admin_pool(name_)) {
        const auto connection = pool_->acquire(soon());
        connection->execute_text(
            "CREATE TABLE item (id BIGINT PRIMARY KEY, amount BIGINT UNSIGNED NULL, "
            "body LONGTEXT NULL)"
        );
        connection->execute("INSERT INTO item (id, amount) VALUES (1, 10), (2, 20)");
    }

    [[nodiscard]] Pool& pool() const { return *pool_; }

    [[nodiscard]] std::int64_t amount(std::int64_t id) const {
        const auto connection = pool_->acquire(soon());
        return connection
            ->query_one(
                "SELECT amount FROM item WHERE id = ?",
                {id},
                [](const Row& row) { return row.i64(0); }
            )
            .value();
    }

    static void add(Session& session, std::int64_t id, std::int64_t amount) {
        session.execute("UPDATE item SET amount = amount + ? WHERE id = ?", {amount, id});
    }

private:
    testing_support::TestDatabase database_;
    std::string name_;
    std::unique_ptr<Pool> pool_;
};

TEST_F(MysqlTest, ValuesComeBackAsTheyWent) {
    const auto connection = pool().acquire(soon());
    const std::string emoji = "naïve 🐘 日本語";
    const std::string with_zero("a\0b\\'\"", 6);
    const std::string long_text(3'000'000, 'x');
    const auto largest = std::numeric_limits<std::uint64_t>::max();
    const auto smallest = std::numeric_limits<std::int64_t>::min();
    connection->execute("INSERT INTO item VALUES (?, ?, ?)", {smallest, largest, emoji});
    connection->execute("INSERT INTO item VALUES (?, ?, ?)", {3, nullptr, long_text});
    connection->execute("INSERT INTO item VALUES (?, ?, ?)", {4, 0, nullptr});
    connection->execute("INSERT INTO item VALUES (?, ?, ?)", {5, 0, with_zero});
    int rows = 0;
    connection->query(
        "SELECT id, amount, body FROM item WHERE id NOT IN (1, 2) ORDER BY id",
        {},
        [&](const Row& row) {
            switch (rows++) {
            case 0:
                EXPECT_EQ(row.i64(0), smallest);
                EXPECT_EQ(row.u64(1), largest);
                EXPECT_EQ(row.text(2), emoji);
                break;
            case 1:
                EXPECT_TRUE(row.is_null(1));
                EXPECT_EQ(row.optional_i64(1), std::nullopt);
                EXPECT_EQ(row.text(2), long_text);
                break;
            case 2:
                EXPECT_EQ(row.optional_text(2), std::nullopt);
                break;
            default:
                EXPECT_EQ(row.text(2), with_zero);
            }
        }
    );
    EXPECT_EQ(rows, 4);
}

TEST_F(MysqlTest, AnUpdateCountsTheRowsItFoundNotTheOnesItChanged) {
    const auto connection = pool().acquire(soon());
    EXPECT_EQ(connection->execute("UPDATE item SET amount = 10 WHERE id = 1"), 1U);
    EXPECT_EQ(connection->execute("UPDATE item SET amount = 10 WHERE id = 9"), 0U);
}

TEST_F(MysqlTest, ATransactionThatThrowsOrReturnsAnErrorLeavesNothing) {
    EXPECT_THROW(
        with_transaction(
            pool(),
            soon(),
            [](Transaction& transaction) {
                add(transaction, 1, 5);
                throw Failure(ErrorCode::internal, "on purpose");
            }
        ),
        Failure
    );
    const auto result = with_transaction(pool(), soon(), [](Transaction& transaction) {
        add(transaction, 1, 5);
        return Result<int>(fail(ErrorCode::conflict, "on purpose"));
    });
    EXPECT_EQ(result.error().code, ErrorCode::conflict);
    EXPECT_EQ(amount(1), 10);
    EXPECT_EQ(with_transaction(pool(), soon(), [](Transaction& t) { return add(t, 1, 5), 7; }), 7);
    EXPECT_EQ(amount(1), 15);
}

// Two transactions take the same two rows in opposite order, each holding its first before either
// asks for its second: one must lose, and be run again.
TEST_F(MysqlTest, ADeadlockRunsTheWholeTransactionAgain) {
    std::barrier both_hold_one(2);
    std::atomic<int> runs = 0;
    const auto move = [&](std::int64_t from, std::int64_t to) {
        bool first_run = true;
        with_transaction(pool(), soon(), [&](Transaction& transaction) {
            ++runs;
            add(transaction, from, -1);
            if (std::exchange(first_run, false)) {
                both_hold_one.arrive_and_wait();
            }
            add(transaction, to, 1);
        });
    };
    std::thread other([&] { move(2, 1); });
    move(1, 2);
    other.join();
    EXPECT_GE(runs, 3);
    EXPECT_EQ(amount(1), 10);
    EXPECT_EQ(amount(2), 20);
}

TEST_F(MysqlTest, ABrokenConnectionIsDroppedAndTheNextOneWorks) {
    {
        const auto victim = pool().acquire(soon());
        const auto id = victim->query_one("SELECT CONNECTION_ID()", {}, [](const Row& row) {
            return row.i64(0);
        });
        const auto killer = pool().acquire(soon());
        killer->execute_text("KILL " + std::to_string(id.value()));
        EXPECT_EQ(pool().open_connections(), 2U);
        try {
            victim->execute("UPDATE item SET amount = 0 WHERE id = 1");
            ADD_FAILURE() << "a killed connection can't run a statement";
        } catch (const DatabaseError& error) {
            EXPECT_EQ(error.error_class(), ErrorClass::connection_lost) << error.what();
        }
        EXPECT_TRUE(victim->broken());
    }
    EXPECT_EQ(pool().open_connections(), 1U);
    EXPECT_EQ(amount(1), 10);
}

TEST_F(MysqlTest, ATransactionWhoseConnectionIsKilledRunsAgain) {
    int runs = 0;
    with_transaction(pool(), soon(), [&](Transaction& transaction) {
        add(transaction, 1, 1);
        if (++runs == 1) {
            const auto id = transaction.query_one("SELECT CONNECTION_ID()", {}, [](const Row& row) {
                return row.i64(0);
            });
            pool().acquire(soon())->execute_text("KILL " + std::to_string(id.value()));
        }
        add(transaction, 2, 1);
    });
    EXPECT_EQ(runs, 2);
    EXPECT_EQ(amount(1), 11);
    EXPECT_EQ(amount(2), 21);
}

TEST_F(MysqlTest, APoolHandsOutNoMoreThanItsMaximum) {
    testing_support::TestDatabase database;
    const auto small = database.admin_pool({}, 1);
    const auto held = small->acquire(soon());
    try {
        static_cast<void>(small->acquire(Deadline::after(std::chrono::milliseconds(30))));
        ADD_FAILURE() << "the only connection is taken";
    } catch (const Failure& failure) {
        EXPECT_EQ(failure.error().code, ErrorCode::unavailable);
    }
}

TEST_F(MysqlTest, ADuplicateKeyIsAConflictAndLeavesTheConnectionUsable) {
    const auto connection = pool().acquire(soon());
    try {
        connection->execute("INSERT INTO item (id) VALUES (1)");
        ADD_FAILURE() << "the key exists";
    } catch (const DatabaseError& error) {
        EXPECT_EQ(error.error_class(), ErrorClass::duplicate_key);
        EXPECT_EQ(error.error().code, ErrorCode::conflict);
    }
    EXPECT_FALSE(connection->broken());
    EXPECT_TRUE(connection->ping());
}

TEST_F(MysqlTest, SessionsRunAtReadCommittedInUtc) {
    const auto connection = pool().acquire(soon());
    std::map<std::string, std::string> settings; // MariaDB and MySQL name the first differently
    connection->query(
        "SHOW VARIABLES WHERE Variable_name IN "
        "('tx_isolation', 'transaction_isolation', 'time_zone')",
        {},
        [&](const Row& row) { settings[row.text(0)] = row.text(1); }
    );
    EXPECT_EQ(settings["time_zone"], "+00:00");
    settings.erase("time_zone");
    ASSERT_EQ(settings.size(), 1U);
    EXPECT_EQ(settings.begin()->second, "READ-COMMITTED");
}

} // namespace
} // namespace bgerp::mysql
