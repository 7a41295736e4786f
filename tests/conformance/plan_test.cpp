// How the server runs the statements: no verb may read, and so lock, more than the rows it is
// about, however long the backlog and whatever the table's statistics say. A plan that sorts or
// scans would pass every other test and be slow, and block, in production.
#include "tenant_db/queue/inspect.hpp"
#include "tenant_db/queue/payload.hpp"
#include "tests/conformance/queue_fixture.hpp"

#include <functional>

namespace bgerp::queue {
namespace {

class Plan : public QueueFixture {
protected:
    static constexpr std::int64_t backlog = 3000;

    Plan()
        : one(database.admin_pool("", 1)) {
        std::vector<NewJob> jobs(backlog, job());
        for (std::size_t i = 0; i < jobs.size(); ++i) {
            jobs[i].priority = static_cast<std::int64_t>(i % 3);
        }
        push_many(jobs);
        for (NewJob& later : jobs) {
            later.delay = std::chrono::hours(1);
        }
        push_many(jobs);
    }

    // Rows read by `fn` on the only connection of the pool.
    std::int64_t rows_read(const std::function<void(mysql::Pool&)>& fn) {
        const std::int64_t before = read_so_far();
        fn(*one);
        return read_so_far() - before;
    }

    std::int64_t read_so_far() {
        std::int64_t sum = 0;
        one->acquire(soon())->query(
            "SHOW SESSION STATUS WHERE Variable_name LIKE 'Handler_read%'"
            " AND Variable_name NOT LIKE '%rnd_deleted' OR Variable_name = 'Sort_rows'",
            {},
            [&](const mysql::Row& row) {
                // The statement reads rows of its own.
                if (row.text(0) != "Handler_read_rnd_next" && row.text(0) != "Handler_read_rnd") {
                    sum += row.i64(1);
                }
            }
        );
        return sum;
    }

    std::vector<ReservedJob> reserve_some(mysql::Pool& from, std::size_t limit) {
        return reserve(from, soon(), schema, "default", limit, me, LeaseRules(), cursor);
    }

    ClaimCursor cursor;
    std::unique_ptr<mysql::Pool> one;
};

TEST_F(Plan, AClaimReadsWhatItTakes) {
    std::vector<ReservedJob> held;
    for (const char* stage : {"from the start", "from the cursor"}) {
        // 20 rows, each found, updated, and its run updated.
        EXPECT_LE(rows_read([&](mysql::Pool& p) { held = reserve_some(p, 20); }), 100) << stage;
        EXPECT_EQ(held.size(), 20U);
    }
    EXPECT_EQ(held.front().key.priority, 0);
}

TEST_F(Plan, ClaimersDoNotStandInEachOthersWay) {
    std::size_t others = 0;
    mysql::run_transaction(*direct, soon(), [&](mysql::Transaction& t) {
        t.query(
            "SELECT id FROM jobs FORCE INDEX (PRIMARY) WHERE queue = 'default'"
            " ORDER BY priority, id LIMIT 50 FOR UPDATE",
            {},
            [](const mysql::Row&) {}
        );
        others = take(other, 100).size();
        return false;
    });
    EXPECT_EQ(others, 100U);
}

// A range that is deleted must not wait for the row after it.
TEST_F(Plan, FinishersDoNotWaitForTheirNeighbours) {
    execute("UPDATE jobs SET priority = 9");
    const std::vector<ReservedJob> held = reserve_some(*pool, 11);
    ASSERT_EQ(held[10].key.id - held[0].key.id, 10U);
    std::vector<Completion> completions;
    for (std::size_t i = 0; i < 10; ++i) {
        completions.push_back({&held[i], "", "", ""});
    }
    std::size_t lost = 99;
    mysql::run_transaction(*direct, soon(), [&](mysql::Transaction& t) {
        t.execute("UPDATE jobs SET reserved_at = reserved_at WHERE id = ?", {held[10].key.id});
        // A wait for the eleventh row would end in error 1205.
        lost = complete_many_if_mine(*one, soon(), schema, completions);
        return true;
    });
    EXPECT_EQ(lost, 0U);
    EXPECT_EQ(count("jobs"), backlog - 10);
}

TEST_F(Plan, TheHoldersVerbsReadTheirRowsAlone) {
    const std::vector<ReservedJob> held = reserve_some(*pool, 40);
    std::vector<const ReservedJob*> pointers;
    std::vector<Completion> completions;
    for (std::size_t i = 0; i < 10; ++i) {
        pointers.push_back(&held[i]);
        completions.push_back({&held[10 + i], "", "", ""});
    }
    const ReservedJob& last = held[39];
    EXPECT_LE(
        rows_read([&](mysql::Pool& p) {
            EXPECT_TRUE(renew_leases(p, soon(), schema, pointers).lost.empty());
        }),
        60
    );
    EXPECT_LE(
        rows_read([&](mysql::Pool& p) { complete_many_if_mine(p, soon(), schema, completions); }),
        60
    );
    EXPECT_LE(rows_read([&](mysql::Pool& p) { release_if_mine(p, soon(), schema, pointers); }), 60);
    EXPECT_LE(
        rows_read([&](mysql::Pool& p) {
            value_or_throw(fail_if_mine(p, soon(), schema, {&last, "", "", "e", false}));
        }),
        20
    );
    EXPECT_EQ(count("jobs"), backlog - 11);
}

TEST_F(Plan, StatisticsFromWhenTheTableWasEmptyDoNoHarm) {
    execute("DELETE FROM mysql.innodb_index_stats WHERE database_name = ?", {name});
    execute(
        "UPDATE mysql.innodb_table_stats SET n_rows = 0, clustered_index_size = 1,"
        " sum_of_other_index_sizes = 1 WHERE database_name = ?",
        {name}
    );
    direct->acquire(soon())->execute_text("FLUSH TABLES `" + name + "`.jobs");
    std::vector<ReservedJob> held;
    EXPECT_LE(rows_read([&](mysql::Pool& p) { held = reserve_some(p, 20); }), 100);
    std::vector<Completion> completions;
    for (const ReservedJob& done : held) {
        completions.push_back({&done, "", "", ""});
    }
    EXPECT_LE(
        rows_read([&](mysql::Pool& p) { complete_many_if_mine(p, soon(), schema, completions); }),
        120
    );
}

TEST_F(Plan, PromotingAndCancellingReadTheirRowsAlone) {
    execute("UPDATE job_delayed SET available_at = 1 ORDER BY id LIMIT 10");
    EXPECT_LE(
        rows_read([&](mysql::Pool& p) { EXPECT_EQ(promote_due(p, soon(), schema, 100), 10U); }),
        60
    );
    const std::string scheduled =
        text("SELECT uuid FROM job_run WHERE state = 'scheduled' LIMIT 1");
    const std::string available =
        text("SELECT uuid FROM job_run WHERE state = 'available' LIMIT 1 OFFSET 2000");
    for (const std::string& uuid : {scheduled, available}) {
        EXPECT_LE(
            rows_read([&](mysql::Pool& p) {
                EXPECT_EQ(value_or_throw(cancel_job(p, soon(), schema, uuid)), "cancelled");
            }),
            20
        );
    }
}

} // namespace
} // namespace bgerp::queue
