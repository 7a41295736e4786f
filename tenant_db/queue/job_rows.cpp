#include "tenant_db/queue/job_rows.hpp"

#include "tenant_db/queue/in_list.hpp"

namespace bgerp::queue {

namespace {

// A statement's payloads together; the server refuses packets above max_allowed_packet (16 MiB by
// default). One payload alone may be larger than this.
constexpr std::size_t statement_bytes_max = 4UL * 1024 * 1024;

constexpr const char* columns =
    " (queue, priority, payload, attempts, available_at, created_at, rescues, flags, interruptions)"
    " VALUES ";
constexpr const char* tuple = "(?,?,?,?,UNIX_TIMESTAMP()+?,COALESCE(?,UNIX_TIMESTAMP()),?,?,?)";

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

void insert_into(
    mysql::Session& session, const std::string& table, const std::vector<JobRow*>& rows
) {
    for (std::size_t from = 0; from < rows.size();) {
        const std::size_t count = rows_that_fit(rows, from);
        mysql::Params params;
        params.reserve(count * 9);
        bool ids_needed = false;
        for (std::size_t i = from; i < from + count; ++i) {
            const JobRow& row = *rows[i];
            params.emplace_back(row.queue);
            params.emplace_back(row.priority);
            params.emplace_back(row.payload);
            params.emplace_back(row.attempts);
            params.emplace_back(row.delay_s);
            params.emplace_back(row.created_at);
            params.emplace_back(row.rescues);
            params.emplace_back(row.flags);
            params.emplace_back(row.interruptions);
            ids_needed = ids_needed || row.flags != 0;
        }
        session.execute("INSERT INTO " + table + columns + repeated(tuple, count), params);
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
