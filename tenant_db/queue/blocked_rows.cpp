#include "tenant_db/queue/blocked_rows.hpp"

#include "tenant_db/queue/in_list.hpp"

#include <algorithm>
#include <array>

namespace bgerp::queue {

namespace {

// As with job_rows: what fits into a packet of the server.
constexpr std::size_t statement_bytes_max = 4UL * 1024 * 1024;

// Rows of one INSERT. Finer than rows_per_statement: these come in any number, and often.
constexpr std::array<std::size_t, 10> lengths{in_list_max, 500, 200, 100, 50, 20, 10, 5, 2, 1};

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
    return *std::find_if(lengths.begin(), lengths.end(), [&](std::size_t length) {
        return length <= count;
    });
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

} // namespace bgerp::queue
