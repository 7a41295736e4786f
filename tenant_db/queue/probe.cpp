#include "tenant_db/queue/probe.hpp"

#include "base/log.hpp"

namespace bgerp::queue {

namespace {

constexpr std::size_t databases_per_statement = 100;
constexpr std::size_t queues_max = 1000;

// What the sweep's account may read can't tell a Laravel worker's reservation from an expired
// lease: such a row may bring a worker here for nothing. reserve() knows better.
constexpr const char* reservable =
    "available_at <= UNIX_TIMESTAMP() AND (reserved_at IS NULL OR"
    " ABS(CAST(reserved_at AS SIGNED) - CAST(UNIX_TIMESTAMP() AS SIGNED)) > ?)";

// Each part stops at its first row: of jobs along PRIMARY (queue, priority, id), of job_delayed at
// the head of PRIMARY (available_at, id). READ COMMITTED, no locks.
std::string part(std::size_t index, const std::string& database) {
    const QueueSchema schema = QueueSchema::of(database);
    const std::string number = std::to_string(index);
    return "(SELECT " + number + ", 0 FROM " + schema("jobs") + " FORCE INDEX (PRIMARY) WHERE " +
           reservable + " LIMIT 1) UNION ALL (SELECT " + number + ", 1 FROM " +
           schema("job_delayed") +
           " FORCE INDEX (PRIMARY) WHERE available_at <= UNIX_TIMESTAMP() LIMIT 1)";
}

class Sweep {
public:
    Sweep(
        mysql::Pool& pool,
        Deadline deadline,
        const std::vector<std::string>& databases,
        const LeaseRules& rules
    )
        : pool_(pool)
        , deadline_(deadline)
        , databases_(databases)
        , rules_(rules)
        , found_(databases.size()) {}

    // Asks databases [from, to); when one of them spoils the statement, each half by itself.
    void probe(std::size_t from, std::size_t to) {
        try {
            ask(from, to);
        } catch (const mysql::DatabaseError& error) {
            const bool one_is_missing = error.error_class() == mysql::ErrorClass::missing_object ||
                                        error.error_class() == mysql::ErrorClass::access_denied;
            if (!one_is_missing) {
                throw;
            }
            if (to - from == 1) {
                log_debug("database skipped by the sweep", {{"database", databases_[from]}});
                return;
            }
            const std::size_t middle = from + (to - from) / 2;
            probe(from, middle);
            probe(middle, to);
        }
    }

    [[nodiscard]] std::vector<WorkFound> result() const {
        std::vector<WorkFound> with_work;
        for (std::size_t i = 0; i < found_.size(); ++i) {
            if (found_[i].jobs || found_[i].delayed) {
                with_work.push_back({databases_[i], found_[i].jobs, found_[i].delayed});
            }
        }
        return with_work;
    }

private:
    struct Found {
        bool jobs = false;
        bool delayed = false;
    };

    void ask(std::size_t from, std::size_t to) {
        std::string sql;
        mysql::Params params;
        for (std::size_t i = from; i < to; ++i) {
            sql += (i == from ? "" : " UNION ALL ") + part(i, databases_[i]);
            params.emplace_back(rules_.lease_s);
        }
        pool_.acquire(deadline_)->query(sql, params, [&](const mysql::Row& row) {
            Found& found = found_[static_cast<std::size_t>(row.u64(0))];
            (row.i64(1) == 0 ? found.jobs : found.delayed) = true;
        });
    }

    mysql::Pool& pool_;
    Deadline deadline_;
    const std::vector<std::string>& databases_;
    const LeaseRules& rules_;
    std::vector<Found> found_;
};

} // namespace

std::vector<WorkFound> probe_for_work(
    mysql::Pool& sweep_pool,
    Deadline deadline,
    const std::vector<std::string>& databases,
    const LeaseRules& rules
) {
    Sweep sweep(sweep_pool, deadline, databases, rules);
    for (std::size_t from = 0; from < databases.size(); from += databases_per_statement) {
        sweep.probe(from, std::min(databases.size(), from + databases_per_statement));
    }
    return sweep.result();
}

std::vector<std::string> queues_with_work(
    mysql::Pool& sweep_pool, Deadline deadline, const std::string& database, const LeaseRules& rules
) {
    const std::string jobs = QueueSchema::of(database)("jobs");
    const mysql::Pool::Handle connection = sweep_pool.acquire(deadline);
    std::vector<std::string> queues;
    std::string queue; // no queue's name is empty
    for (std::size_t steps = 0; steps < queues_max; ++steps) {
        // The next name by PRIMARY (queue, …), then its first job that can be reserved. No locks.
        const auto next = connection->query_one(
            "SELECT queue FROM " + jobs +
                " FORCE INDEX (PRIMARY) WHERE queue > ? ORDER BY queue LIMIT 1",
            {queue},
            [](const mysql::Row& row) { return row.text(0); }
        );
        if (!next) {
            break;
        }
        queue = *next;
        connection->query(
            "SELECT 1 FROM " + jobs + " FORCE INDEX (PRIMARY) WHERE queue = ? AND " + reservable +
                " LIMIT 1",
            {queue, rules.lease_s},
            [&](const mysql::Row&) { queues.push_back(queue); }
        );
    }
    return queues;
}

} // namespace bgerp::queue
