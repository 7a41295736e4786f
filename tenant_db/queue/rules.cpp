#include "tenant_db/queue/rules.hpp"

#include "tenant_db/queue/union_slices.hpp"

#include <algorithm>

namespace bgerp::queue {

namespace {

std::shared_ptr<const Limit> paused_kind(const std::string& kind) {
    Limit limit;
    limit.name = pause_limit_name(kind);
    limit.kind = kind;
    limit.concurrency = 0;
    return std::make_shared<const Limit>(std::move(limit));
}

std::shared_ptr<const Limit> limit_at(const mysql::Row& row) {
    Limit limit;
    limit.name = row.text(1);
    limit.kind = row.text(2);
    limit.queue = row.text(3);
    limit.by = row.text(4);
    limit.concurrency = row.optional_i64(5);
    limit.rate = row.i64(6);
    limit.period_s = row.i64(7);
    limit.burst = row.i64(8);
    limit.breaker = {row.i64(9), row.i64(10), row.i64(11)};
    return std::make_shared<const Limit>(std::move(limit));
}

void add_row(QueueRules& rules, const mysql::Row& row) {
    const std::string what = row.text(0);
    if (what == "limit") {
        rules.limits.push_back(limit_at(row));
    } else if (what == "kind") {
        rules.limits.push_back(paused_kind(row.text(1)));
    } else if (what == "queue") {
        rules.paused_queues.push_back(row.text(1));
    } else {
        rules.paused_all = true;
    }
}

constexpr unsigned row_index = 12;

// Two tiny tables, whole; no locks.
std::string part(std::size_t index, const QueueSchema& schema) {
    const std::string number = std::to_string(index);
    return "(SELECT scope, queue, '', '', '', 0, 0, 0, 0, 0, 0, 0, " + number + " FROM " +
           schema("queue_pause") +
           " WHERE resume_at IS NULL OR resume_at > UNIX_TIMESTAMP() LIMIT 1000)"
           " UNION ALL (SELECT 'limit', name, kind, queue, key_by, concurrency, rate, period_s,"
           " burst, breaker_failures, breaker_window_s, breaker_open_s, " +
           number + " FROM " + schema("job_limit") + " LIMIT 1000)";
}

// No row, and an error where migration_needed is missing.
std::string is_current(const QueueSchema& schema) {
    return " UNION ALL (SELECT 'all', '', '', '', '', ending IS NULL, 0, 0, 0, 0, 0, 0, 0 FROM " +
           schema("job_run") + " LIMIT 0)";
}

void put_in_order(QueueRules& rules) {
    const auto before = [](const auto& a, const auto& b) {
        const bool a_first = a->concurrency.has_value();
        const bool b_first = b->concurrency.has_value();
        return a_first != b_first ? a_first : a->name < b->name;
    };
    std::sort(rules.limits.begin(), rules.limits.end(), before);
}

} // namespace

std::string pause_limit_name(const std::string& kind) {
    return "!pause " + kind;
}

std::vector<QueueRules>
read_rules(mysql::Pool& pool, Deadline deadline, const std::vector<std::string>& databases) {
    QueueRules outdated;
    outdated.outdated = outdated.paused_all = true;
    std::vector<QueueRules> rules(databases.size(), outdated);
    in_union_slices(databases, [&](std::size_t from, std::size_t to) {
        std::string sql;
        for (std::size_t i = from; i < to; ++i) {
            const QueueSchema schema = QueueSchema::of(databases[i]);
            sql += (i == from ? "" : " UNION ALL ") + part(i, schema) + is_current(schema);
        }
        std::vector<QueueRules> read(to - from);
        pool.acquire(deadline)->query(sql, {}, [&](const mysql::Row& row) {
            add_row(read[static_cast<std::size_t>(row.u64(row_index)) - from], row);
        });
        std::move(read.begin(), read.end(), rules.begin() + static_cast<std::ptrdiff_t>(from));
    });
    std::for_each(rules.begin(), rules.end(), put_in_order);
    return rules;
}

QueueRules read_rules(mysql::Session& session, const QueueSchema& schema) {
    QueueRules rules;
    session.query(part(0, schema), {}, [&](const mysql::Row& row) { add_row(rules, row); });
    put_in_order(rules);
    return rules;
}

} // namespace bgerp::queue
