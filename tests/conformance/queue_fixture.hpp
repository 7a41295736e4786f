// A tenant's queue in a database of its own, and the few things every test of a verb does with it:
// put a job in, take it out, turn the database's time by editing a row, look at what is left.
#pragma once

#include "tenant_db/queue/enqueue.hpp"
#include "tenant_db/queue/lifecycle.hpp"
#include "tests/support/test_database.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace bgerp::queue {

class QueueFixture : public testing::Test {
protected:
    static constexpr std::uint64_t me = 7;
    static constexpr std::uint64_t other = 8;

    QueueFixture();

    [[nodiscard]] static Deadline soon() { return Deadline::after(std::chrono::seconds(60)); }

    [[nodiscard]] static NewJob job(const std::string& kind = "noop");

    /// Enqueues in a transaction of its own; returns the uuid.
    std::string push(const NewJob& new_job);
    std::vector<std::string> push_many(const std::vector<NewJob>& jobs);

    /// Reserves from the start of the queue.
    std::vector<ReservedJob>
    take(std::uint64_t owner, std::size_t limit = 1, const std::string& queue = "default");

    /// The only job there is to take; fails the test when there isn't one.
    ReservedJob take_one(std::uint64_t owner = me);

    std::uint64_t execute(const std::string& sql, const mysql::Params& params = {});

    /// The first column of the first row, or -1.
    std::int64_t number(const std::string& sql, const mysql::Params& params = {});
    std::string text(const std::string& sql, const mysql::Params& params = {});

    std::int64_t count(const std::string& table, const std::string& where = "1 = 1");
    std::string state_of(const std::string& uuid);

    /// Makes every lease older by `seconds`, as if nobody had renewed it.
    void age_leases(std::int64_t seconds);

    /// Makes every delayed job due.
    void make_due();

    testing_support::TestDatabase database;
    std::string name;
    QueueSchema schema;
    std::unique_ptr<mysql::Pool> pool;   // in no database, as the worker's
    std::unique_ptr<mysql::Pool> direct; // in the tenant's, for what the tests do themselves
};

} // namespace bgerp::queue
