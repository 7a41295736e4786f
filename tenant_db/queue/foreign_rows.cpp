#include "tenant_db/queue/foreign_rows.hpp"

#include "tenant_db/queue/in_list.hpp"

#include <array>

namespace bgerp::queue {

namespace {

struct Table {
    NewRow::Place place;
    const char* name;
    const char* where; // before the rest of the condition
};

// jobs by a walk of KEY (id), the others as a whole. job_blocked keeps ids of jobs.
constexpr std::array tables{
    Table{NewRow::Place::jobs, "jobs", " FORCE INDEX (jobs_id) WHERE id > ? AND"},
    Table{NewRow::Place::delayed, "job_delayed", " WHERE"},
    Table{NewRow::Place::held_back, "job_blocked", " WHERE"},
};

} // namespace

// One statement, so one snapshot: a row that our own verbs move meanwhile is seen in one place or
// the other.
NewRows rows_put_back(
    mysql::Session& session,
    const QueueSchema& schema,
    const std::vector<std::string>& uuids,
    std::uint64_t oldest
) {
    std::string sql;
    mysql::Params params;
    for (std::size_t i = 0; i < tables.size(); ++i) {
        const Table& table = tables[i];
        if (table.place == NewRow::Place::jobs) {
            params.emplace_back(oldest);
        }
        sql += (i == 0 ? "(SELECT " : " UNION ALL (SELECT ") + std::to_string(i) +
               ", SUBSTRING(payload, 10, 36), queue, priority, id, available_at,"
               " GREATEST(CAST(available_at AS SIGNED) - UNIX_TIMESTAMP(), 0) FROM " +
               schema(table.name) + table.where + " flags = 0 AND SUBSTRING(payload, 10, 36) IN" +
               in_list(uuids.size()) + ")";
        add_padded(params, uuids);
    }
    NewRows rows;
    session.query(sql, params, [&](const mysql::Row& row) {
        const auto table = static_cast<std::size_t>(row.u64(0));
        rows[row.text(1)] =
            {tables.at(table).place, row.text(2), row.i64(3), row.u64(4), row.i64(5), row.i64(6)};
    });
    return rows;
}

// By full primary key, of job_blocked by KEY (id); one row, exclusive; READ COMMITTED.
bool flag_row(
    mysql::Session& session, const QueueSchema& schema, const NewRow& row, std::int64_t flags
) {
    switch (row.place) {
    case NewRow::Place::delayed:
        return session.execute(
                   "UPDATE " + schema("job_delayed") +
                       " FORCE INDEX (PRIMARY) SET flags = ?"
                       " WHERE available_at = ? AND id = ? AND flags = 0",
                   {flags, row.available_at, row.id}
               ) == 1;
    case NewRow::Place::held_back:
        return session.execute(
                   "UPDATE " + schema("job_blocked") +
                       " FORCE INDEX (job_blocked_id) SET flags = ? WHERE id = ? AND flags = 0",
                   {flags, row.id}
               ) == 1;
    case NewRow::Place::jobs:
        break;
    }
    return session.execute(
               "UPDATE " + schema("jobs") +
                   " FORCE INDEX (PRIMARY) SET flags = ?"
                   " WHERE queue = ? AND priority = ? AND id = ? AND flags = 0",
               {flags, row.queue, row.priority, row.id}
           ) == 1;
}

} // namespace bgerp::queue
