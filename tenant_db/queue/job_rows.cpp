#include "tenant_db/queue/job_rows.hpp"

#include "tenant_db/queue/in_list.hpp"

#include <algorithm>

namespace bgerp::queue {

namespace {

// A statement's payloads together; the server refuses packets above max_allowed_packet (16 MiB by
// default). One payload alone may be larger than this.
constexpr std::size_t statement_bytes_max = 4UL * 1024 * 1024;

// What a row that moves brings along, and the little that a new one needs: each value costs the
// client as much time as the server.
constexpr const char* columns =
    " (queue, priority, payload, flags, available_at, attempts, created_at, rescues, interruptions)"
    " VALUES ";
constexpr const char* tuple = "(?,?,?,?,UNIX_TIMESTAMP()+?,?,COALESCE(?,UNIX_TIMESTAMP()),?,?)";
constexpr std::size_t values_per_row = 9;

constexpr const char* new_columns =
    " (queue, priority, payload, flags, available_at, created_at) VALUES ";
constexpr const char* new_tuple = "(?,?,?,?,UNIX_TIMESTAMP(),UNIX_TIMESTAMP())";

bool is_new(const JobRow& row) {
    return row.delay_s == 0 && row.attempts == 0 && !row.created_at && row.rescues == 0 &&
           row.interruptions == 0;
}

std::size_t rows_that_fit(const std::vector<JobRow*>& rows, std::size_t from) {
    std::size_t bytes = 0;
    std::size_t count = 0;
    while (from + count < rows.size() && count < in_list_max) {
        bytes += rows[from + count]->payload.size();
        if (count > 0 && bytes > statement_bytes_max) {
            break;
        }
        ++count;
    }
    return rows_per_statement(count);
}

// The ids of one multi-row INSERT are consecutive (of a step that Galera sets to its size): the
// number of rows is known beforehand, so InnoDB draws the block at once in every
// innodb_autoinc_lock_mode.
void number_rows(
    mysql::Session& session, const std::vector<JobRow*>& rows, std::size_t from, std::size_t count
) {
    session.query(
        "SELECT LAST_INSERT_ID(), @@SESSION.auto_increment_increment",
        {},
        [&](const mysql::Row& row) {
            for (std::size_t i = 0; i < count; ++i) {
                rows[from + i]->id = row.u64(0) + i * row.u64(1);
            }
        }
    );
}

void bind_row(mysql::Params& params, const JobRow& row, bool as_new) {
    params.emplace_back(row.queue);
    params.emplace_back(row.priority);
    params.emplace_back(row.payload);
    params.emplace_back(row.flags);
    if (!as_new) {
        params.emplace_back(row.delay_s);
        params.emplace_back(row.attempts);
        params.emplace_back(row.created_at);
        params.emplace_back(row.rescues);
        params.emplace_back(row.interruptions);
    }
}

void insert_into(
    mysql::Session& session, const std::string& table, const std::vector<JobRow*>& rows
) {
    const bool as_new =
        std::all_of(rows.begin(), rows.end(), [](const JobRow* row) { return is_new(*row); });
    const std::string insert = "INSERT INTO " + table + (as_new ? new_columns : columns);
    for (std::size_t from = 0; from < rows.size();) {
        const std::size_t count = rows_that_fit(rows, from);
        mysql::Params params;
        params.reserve(count * values_per_row);
        bool ids_needed = false;
        for (std::size_t i = from; i < from + count; ++i) {
            bind_row(params, *rows[i], as_new);
            ids_needed = ids_needed || rows[i]->flags != 0;
        }
        session.execute(insert + repeated(as_new ? new_tuple : tuple, count), params);
        if (ids_needed) {
            number_rows(session, rows, from, count);
        }
        from += count;
    }
}

} // namespace

void insert_job_rows(
    mysql::Session& session, const QueueSchema& schema, std::vector<JobRow>& rows
) {
    std::vector<JobRow*> now;
    std::vector<JobRow*> later;
    for (JobRow& row : rows) {
        (row.delay_s > 0 ? later : now).push_back(&row);
    }
    insert_into(session, schema("jobs"), now);
    insert_into(session, schema("job_delayed"), later);
}

} // namespace bgerp::queue
