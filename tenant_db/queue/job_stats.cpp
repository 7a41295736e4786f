#include "tenant_db/queue/job_stats.hpp"

#include "base/mysql/transaction.hpp"
#include "tenant_db/queue/in_list.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace bgerp::queue {

namespace {

constexpr std::size_t rows_max = 100; // of one statement
constexpr std::size_t prune_rows = 1000;

// In the order in which values() and read_counts() have them; those but the maxima are added.
const std::vector<std::string>& value_columns() {
    static const std::vector<std::string> columns = [] {
        std::vector<std::string> all{
            "started",
            "completed",
            "failed",
            "retried",
            "cancelled",
        };
        for (const std::string time : {"wait", "run"}) {
            all.push_back(time + "_max_us");
            all.push_back(time + "_sum_us");
            for (std::size_t i = 0; i < TimeHistogram::buckets; ++i) {
                all.push_back(time + "_" + std::to_string(i));
            }
        }
        return all;
    }();
    return columns;
}

bool is_maximum(const std::string& column) {
    return column.ends_with("_max_us");
}

void append_times(mysql::Params& params, const TimeHistogram& times) {
    params.emplace_back(times.max_us);
    params.emplace_back(times.sum_us);
    params.insert(params.end(), times.counts.begin(), times.counts.end());
}

void append(mysql::Params& params, const JobStat& stat) {
    const JobCounts& counts = stat.counts;
    params.insert(
        params.end(),
        {stat.queue,
         stat.kind,
         counts.started,
         counts.completed,
         counts.failed,
         counts.retried,
         counts.cancelled}
    );
    append_times(params, counts.wait);
    append_times(params, counts.run);
}

std::string insert_start(const QueueSchema& schema) {
    std::string sql = "INSERT INTO " + schema("job_stat") + " (minute, queue, kind";
    for (const std::string& column : value_columns()) {
        sql += ", " + column;
    }
    return sql + ") VALUES ";
}

const std::string& insert_end() {
    static const std::string sql = [] {
        std::string text;
        for (const std::string& column : value_columns()) {
            text += text.empty() ? " ON DUPLICATE KEY UPDATE " : ", ";
            text += is_maximum(column)
                        ? column + " = GREATEST(" + column + ", VALUES(" + column + "))"
                        : column + " = " + column + " + VALUES(" + column + ")";
        }
        return text;
    }();
    return sql;
}

const std::string& sums() {
    static const std::string sql = [] {
        std::string text;
        for (const std::string& column : value_columns()) {
            text += (is_maximum(column) ? ", MAX(" : ", SUM(") + column + ")";
        }
        return text;
    }();
    return sql;
}

void read_times(const mysql::Row& row, unsigned& column, TimeHistogram& times) {
    times.max_us = row.u64(column++);
    times.sum_us = row.u64(column++);
    for (std::uint64_t& count : times.counts) {
        count = row.u64(column++);
    }
}

JobCounts read_counts(const mysql::Row& row, unsigned column) {
    JobCounts counts;
    for (std::uint64_t* const number :
         {&counts.started, &counts.completed, &counts.failed, &counts.retried, &counts.cancelled}) {
        *number = row.u64(column++);
    }
    read_times(row, column, counts.wait);
    read_times(row, column, counts.run);
    return counts;
}

Json rounded(double value) {
    constexpr double thousandth = 1000;
    return std::round(value * thousandth) / thousandth;
}

Json times_to_json(const TimeHistogram& times) {
    constexpr double us_in_ms = 1000;
    const auto ms = [&](double us) { return rounded(us / us_in_ms); };
    return {
        {"avg", ms(times.average_us())},
        {"p50", ms(times.percentile_us(0.5))},
        {"p95", ms(times.percentile_us(0.95))},
        {"p99", ms(times.percentile_us(0.99))},
        {"max", ms(static_cast<double>(times.max_us))}};
}

} // namespace

void JobCounts::add(const JobCounts& other) {
    started += other.started;
    completed += other.completed;
    failed += other.failed;
    retried += other.retried;
    cancelled += other.cancelled;
    wait.add(other.wait);
    run.add(other.run);
}

double JobCounts::failure_rate() const {
    const std::uint64_t bad = failed + retried;
    const std::uint64_t all = completed + bad;
    return all == 0 ? 0 : static_cast<double>(bad) / static_cast<double>(all);
}

void add_stats(
    mysql::Pool& pool,
    Deadline deadline,
    const QueueSchema& schema,
    const std::vector<JobStat>& stats
) {
    // One order for all workers, so that they wait for each other instead of dying of a deadlock.
    std::vector<const JobStat*> sorted;
    for (const JobStat& stat : stats) {
        sorted.push_back(&stat);
    }
    std::sort(sorted.begin(), sorted.end(), [](const JobStat* a, const JobStat* b) {
        return std::tie(a->queue, a->kind) < std::tie(b->queue, b->kind);
    });
    const std::string tuple = "(UNIX_TIMESTAMP() DIV 60, ?, ?" + [] {
        std::string marks;
        for (std::size_t i = 0; i < value_columns().size(); ++i) {
            marks += ", ?";
        }
        return marks;
    }() + ")";
    mysql::with_transaction(pool, deadline, [&](mysql::Transaction& transaction) {
        for (std::size_t from = 0; from < sorted.size();) {
            const std::size_t rows = rows_per_statement(std::min(sorted.size() - from, rows_max));
            mysql::Params params;
            for (std::size_t i = from; i < from + rows; ++i) {
                append(params, *sorted[i]);
            }
            // PRIMARY (minute, queue, kind), exclusive; READ COMMITTED.
            transaction.execute(
                insert_start(schema) + repeated(tuple, rows) + insert_end(),
                params
            );
            from += rows;
        }
    });
}

StatSums read_stats(mysql::Session& session, const QueueSchema& schema, const StatQuery& query) {
    constexpr std::int64_t minute_s = 60;
    StatSums result;
    const auto now = session.query_one("SELECT UNIX_TIMESTAMP()", {}, [](const mysql::Row& row) {
        return row.i64(0);
    });
    const std::int64_t first = now.value() / minute_s - query.last.count();
    result.covered = std::chrono::seconds(now.value() - first * minute_s);
    const std::string kind = query.by_kind ? "kind" : "''";
    mysql::Params params{first};
    std::string where = " WHERE minute >= ?";
    if (!query.queue.empty()) {
        where += " AND queue = ?";
        params.emplace_back(query.queue);
    }
    session.query( // a range of PRIMARY (minute, …)
        "SELECT queue, " + kind + sums() + " FROM " + schema("job_stat") +
            " FORCE INDEX (PRIMARY)" + where + " GROUP BY queue" + (query.by_kind ? ", kind" : "") +
            " ORDER BY 1, 2",
        params,
        [&](const mysql::Row& row) {
            result.stats.push_back({row.text(0), row.text(1), read_counts(row, 2)});
        }
    );
    return result;
}

Json counts_to_json(const JobCounts& counts, std::chrono::seconds covered) {
    constexpr double minute_s = 60;
    const double minutes =
        static_cast<double>(std::max<std::int64_t>(covered.count(), 1)) / minute_s;
    return {
        {"seconds", covered.count()},
        {"started", counts.started},
        {"completed", counts.completed},
        {"failed", counts.failed},
        {"retried", counts.retried},
        {"cancelled", counts.cancelled},
        {"per_min", rounded(static_cast<double>(counts.started) / minutes)},
        {"failure_rate", rounded(counts.failure_rate())},
        {"wait_ms", times_to_json(counts.wait)},
        {"run_ms", times_to_json(counts.run)}};
}

std::size_t
prune_stats(mysql::Pool& pool, Deadline deadline, const QueueSchema& schema, std::int64_t hours) {
    constexpr std::int64_t hour_min = 60;
    std::size_t pruned = 0;
    for (std::size_t step = prune_rows; step == prune_rows;) {
        step = pool.acquire(deadline)->execute( // from the start of PRIMARY (minute, …)
            "DELETE FROM " + schema("job_stat") +
                " WHERE minute < UNIX_TIMESTAMP() DIV 60 - ? ORDER BY minute LIMIT 1000",
            {hours * hour_min}
        );
        pruned += step;
    }
    return pruned;
}

} // namespace bgerp::queue
