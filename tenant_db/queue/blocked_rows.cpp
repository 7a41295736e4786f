#include "tenant_db/queue/blocked_rows.hpp"

#include "tenant_db/queue/in_list.hpp"

#include <algorithm>

namespace bgerp::queue {

namespace {

// As with job_rows: what fits into a packet of the server.
constexpr std::size_t statement_bytes_max = 4UL * 1024 * 1024;

constexpr std::int64_t count_max = 65535; // SMALLINT UNSIGNED, as in reserve

std::size_t rows_that_fit(const std::vector<BlockedRow>& rows, std::size_t from) {
    std::size_t bytes = 0;
    std::size_t count = 0;
    while (from + count < rows.size() && count < in_list_max) {
        bytes += rows[from + count].job->payload.size();
        if (count > 0 && bytes > statement_bytes_max) {
            break;
        }
        ++count;
    }
    return rows_per_statement(count);
}

// The columns that both tables have, after the key of job_blocked or before the mark of a
// reservation.
void insert_rows(
    mysql::Session& session,
    const std::string& insert,
    const std::string& tuple,
    const std::vector<BlockedRow>& rows,
    bool with_key,
    bool reserved
) {
    for (std::size_t from = 0; from < rows.size();) {
        const std::size_t count = rows_that_fit(rows, from);
        mysql::Params params;
        for (std::size_t i = from; i < from + count; ++i) {
            const ReservedJob& job = *rows[i].job;
            if (with_key) {
                params.emplace_back(rows[i].key);
            }
            params.insert(
                params.end(),
                {job.key.priority,
                 job.key.id,
                 job.key.queue,
                 job.payload,
                 rows[i].attempts,
                 job.available_at,
                 job.created_at,
                 job.rescues,
                 job.interruptions,
                 job.flags}
            );
            if (reserved) {
                params.emplace_back(job.fence.mark());
            }
        }
        session.execute(insert + repeated(tuple, count), params);
        from += count;
    }
}

constexpr const char* shared_columns = "priority, id, queue, payload, attempts, available_at,"
                                       " created_at, rescues, interruptions, flags";

ReservedJob job_at(const mysql::Row& row) {
    ReservedJob job;
    job.key = {row.text(2), row.i64(0), row.u64(1)};
    job.payload = row.text(3);
    job.fence.attempts = std::min(row.i64(4) + 1, count_max);
    job.available_at = row.i64(5);
    job.created_at = row.i64(6);
    job.rescues = row.i64(7);
    job.interruptions = row.i64(8);
    job.flags = row.i64(9);
    return job;
}

std::string names(std::size_t count) {
    return " (" + repeated("?", padded(count)) + ")";
}

} // namespace

void insert_blocked(
    mysql::Session& session, const QueueSchema& schema, const std::vector<BlockedRow>& rows
) {
    insert_rows(
        session,
        "INSERT INTO " + schema("job_blocked") + " (key_hash, " + shared_columns + ") VALUES ",
        "(?,?,?,?,?,?,?,?,?,?,?)",
        rows,
        true,
        false
    );
}

void insert_reserved(
    mysql::Session& session, const QueueSchema& schema, const std::vector<BlockedRow>& rows
) {
    insert_rows(
        session,
        "INSERT INTO " + schema("jobs") + " (" + shared_columns +
            ", reserved_by, reserved_at) VALUES ",
        "(?,?,?,?,?,?,?,?,?,?,?,UNIX_TIMESTAMP())",
        rows,
        false,
        true
    );
}

void insert_available(
    mysql::Session& session, const QueueSchema& schema, const std::vector<BlockedRow>& rows
) {
    insert_rows(
        session,
        "INSERT INTO " + schema("jobs") + " (" + shared_columns + ") VALUES ",
        "(?,?,?,?,?,?,?,?,?,?)",
        rows,
        false,
        false
    );
}

// A prefix of PRIMARY (key_hash, priority, id), exclusive, READ COMMITTED. With a filter, rows of
// other queues on the way are looked at and unlocked.
std::vector<ReservedJob> lock_blocked(
    mysql::Session& session,
    const QueueSchema& schema,
    std::uint64_t key,
    std::size_t limit,
    const QueueFilter& filter
) {
    mysql::Params params{key};
    std::string condition = " FORCE INDEX (PRIMARY) WHERE key_hash = ?";
    std::string any_of;
    if (!filter.only.empty()) {
        any_of = "queue IN" + names(filter.only.size());
        add_padded(params, filter.only);
    }
    for (const std::string& beginning : filter.only_beginnings) {
        any_of += (any_of.empty() ? "" : " OR ") + std::string("LEFT(queue, CHAR_LENGTH(?)) = ?");
        params.insert(params.end(), {beginning, beginning});
    }
    if (!any_of.empty()) {
        condition += " AND (" + any_of + ")";
    }
    if (!filter.but.empty()) {
        condition += " AND queue NOT IN" + names(filter.but.size());
        add_padded(params, filter.but);
    }
    params.emplace_back(limit);
    std::vector<ReservedJob> jobs;
    session.query(
        std::string("SELECT ") + shared_columns + " FROM " + schema("job_blocked") + condition +
            " ORDER BY priority, id LIMIT ? FOR UPDATE SKIP LOCKED",
        params,
        [&](const mysql::Row& row) { jobs.push_back(job_at(row)); }
    );
    return jobs;
}

// By full PRIMARY; the rows are locked already.
void delete_blocked(
    mysql::Session& session, const QueueSchema& schema, const std::vector<BlockedRow>& rows
) {
    constexpr std::size_t slice_max = 500; // of keys with three parts
    for (std::size_t from = 0; from < rows.size(); from += slice_max) {
        const std::size_t count = std::min(slice_max, rows.size() - from);
        mysql::Params params;
        for (std::size_t i = 0; i < padded(count); ++i) {
            const BlockedRow& row = rows[from + std::min(i, count - 1)];
            params.insert(params.end(), {row.key, row.job->key.priority, row.job->key.id});
        }
        session.execute(
            "DELETE " + schema("job_blocked") + " FROM " + schema("job_blocked") +
                " FORCE INDEX (PRIMARY) WHERE (key_hash, priority, id) IN (" +
                repeated("(?,?,?)", padded(count)) + ")",
            params
        );
    }
}

} // namespace bgerp::queue
