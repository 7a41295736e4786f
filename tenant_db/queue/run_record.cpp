#include "tenant_db/queue/run_record.hpp"

#include "base/ids.hpp"
#include "base/utf8.hpp"
#include "tenant_db/queue/in_list.hpp"

#include <algorithm>

namespace bgerp::queue {

namespace {

// All statements below: READ COMMITTED; rows locked exclusively through PRIMARY (uuid); changing
// `outcome` also changes job_run_outcome, which nobody locks by.

constexpr std::size_t error_bytes_max = 60'000; // TEXT holds 65,535
constexpr std::size_t history_error_bytes_max = 2'000;

// UPDATE … WHERE uuid IN (…), in slices. The set is the same for all.
void update_runs(
    mysql::Session& session,
    const QueueSchema& schema,
    const std::string& assignments,
    const std::vector<std::string>& uuids,
    const mysql::Params& first_params = {}
) {
    in_slices(uuids, [&](const std::vector<std::string>& slice) {
        mysql::Params params = first_params;
        add_padded(params, slice);
        session.execute(
            "UPDATE " + schema("job_run") + " FORCE INDEX (PRIMARY) SET " + assignments +
                " WHERE uuid IN" + in_list(slice.size()),
            params
        );
    });
}

} // namespace

void runs_started(
    mysql::Session& session, const QueueSchema& schema, const std::vector<std::string>& uuids
) {
    update_runs(
        session,
        schema,
        "state = 'running', attempts = LEAST(attempts + 1, 65535), started_at = UNIX_TIMESTAMP()",
        uuids
    );
}

void runs_released(
    mysql::Session& session, const QueueSchema& schema, const std::vector<std::string>& uuids
) {
    update_runs(
        session,
        schema,
        "state = 'available', attempts = GREATEST(attempts, 1) - 1",
        uuids
    );
}

void runs_promoted(
    mysql::Session& session,
    const QueueSchema& schema,
    const std::vector<std::string>& uuids,
    const std::vector<std::uint64_t>& job_ids
) {
    constexpr std::size_t cases_max = 100; // the server compares each row with each of them
    for (std::size_t from = 0; from < uuids.size();) {
        const std::size_t rows = rows_per_statement(std::min(uuids.size() - from, cases_max));
        std::string cases;
        mysql::Params params;
        for (std::size_t i = from; i < from + rows; ++i) {
            cases += " WHEN ? THEN ?";
            params.insert(params.end(), {uuids[i], job_ids[i]});
        }
        params.insert(
            params.end(),
            uuids.begin() + static_cast<std::ptrdiff_t>(from),
            uuids.begin() + static_cast<std::ptrdiff_t>(from + rows)
        );
        session.execute(
            "UPDATE " + schema("job_run") +
                " FORCE INDEX (PRIMARY) SET state = 'available', job_id = CASE uuid" + cases +
                " END WHERE uuid IN (" + repeated("?", rows) + ")",
            params
        );
        from += rows;
    }
}

void run_moved(
    mysql::Session& session,
    const QueueSchema& schema,
    const std::string& uuid,
    std::string_view state,
    std::uint64_t job_id,
    std::int64_t delay_s
) {
    session.execute(
        "UPDATE " + schema("job_run") +
            " SET state = ?, job_id = ?, available_at = UNIX_TIMESTAMP() + ?, waiting_for = ''"
            " WHERE uuid = ?",
        {state, job_id, delay_s, uuid}
    );
}

void run_requeued(
    mysql::Session& session,
    const QueueSchema& schema,
    const std::string& uuid,
    const std::string& queue,
    std::uint64_t job_id
) {
    session.execute(
        "UPDATE " + schema("job_run") +
            " SET state = 'available', queue = ?, job_id = ?,"
            " attempts = GREATEST(attempts, 1) - 1 WHERE uuid = ?",
        {queue, job_id, uuid}
    );
}

void runs_ended(
    mysql::Session& session,
    const QueueSchema& schema,
    const std::vector<std::string>& uuids,
    std::string_view state
) {
    const std::string progress = state == "completed" ? ", progress = 100" : "";
    update_runs(
        session,
        schema,
        "state = ?, outcome = ?, finished_at = UNIX_TIMESTAMP()" + progress,
        uuids,
        {state, state}
    );
}

void drop_endings(
    mysql::Session& session, const QueueSchema& schema, const std::vector<std::string>& uuids
) {
    update_runs(session, schema, "ending = NULL", uuids);
}

std::optional<JobKey>
find_key(mysql::Session& session, const QueueSchema& schema, const std::string& uuid) {
    if (!is_uuid(uuid)) {
        return std::nullopt;
    }
    return session.query_one( // PRIMARY (uuid)
        "SELECT queue, priority, job_id FROM " + schema("job_run") + " WHERE uuid = ?",
        {uuid},
        [](const mysql::Row& row) {
            return JobKey{row.text(0), row.i64(1), row.u64(2)};
        }
    );
}

bool run_exists(mysql::Session& session, const QueueSchema& schema, const std::string& uuid) {
    return session
        .query_one(
            "SELECT 1 FROM " + schema("job_run") + " WHERE uuid = ?",
            {uuid},
            [](const mysql::Row& row) { return row.i64(0); }
        )
        .has_value();
}

void run_restarted(
    mysql::Session& session,
    const QueueSchema& schema,
    const std::string& uuid,
    std::uint64_t job_id,
    const std::string& ending
) {
    const std::string follows = ending.empty() ? "" : ", ending = ?"; // else there was none
    mysql::Params params{job_id};
    if (!ending.empty()) {
        params.emplace_back(ending);
    }
    params.emplace_back(uuid);
    session.execute(
        "UPDATE " + schema("job_run") +
            " SET state = 'available', outcome = 'open', job_id = ?, attempts = 0, progress = 0,"
            " progress_message = '', cancel_requested = 0, available_at = UNIX_TIMESTAMP(),"
            " started_at = 0, finished_at = 0" +
            follows + " WHERE uuid = ?",
        params
    );
}

void run_output(
    mysql::Session& session,
    const QueueSchema& schema,
    const std::string& uuid,
    const std::string& output
) {
    session.execute(
        "UPDATE " + schema("job_run") + " SET output = ? WHERE uuid = ?",
        {storable(output, output.size()), uuid}
    );
}

void run_error(
    mysql::Session& session,
    const QueueSchema& schema,
    const std::string& uuid,
    std::int64_t attempt,
    const std::string& error
) {
    const std::string kept = storable(error, error_bytes_max);
    const std::string in_history = storable(error, history_error_bytes_max);
    session.execute(
        "UPDATE " + schema("job_run") +
            " SET error = ?, history = JSON_ARRAY_APPEND("
            "IF(JSON_LENGTH(history) >= 100, JSON_REMOVE(history, '$[0]'), "
            "COALESCE(history, '[]')), '$', "
            "JSON_OBJECT('attempt', ?, 'at', UNIX_TIMESTAMP(), 'error', ?)) WHERE uuid = ?",
        {kept, attempt, in_history, uuid}
    );
}

std::string storable(std::string_view text, std::size_t bytes_max) {
    std::string kept(text.substr(0, bytes_max));
    for (auto error = utf8_error_at(kept); error; error = utf8_error_at(kept)) {
        const bool cut_off = kept.size() < text.size() && kept.size() - *error < 4;
        if (cut_off) { // the cut went through a character
            kept.resize(*error);
        } else {
            kept[*error] = '?';
        }
    }
    return kept;
}

} // namespace bgerp::queue
