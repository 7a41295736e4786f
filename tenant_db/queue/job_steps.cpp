#include "tenant_db/queue/job_steps.hpp"

#include "base/utf8.hpp"
#include "tenant_db/queue/fence_groups.hpp"
#include "tenant_db/queue/in_list.hpp"
#include "tenant_db/queue/payload.hpp"

namespace bgerp::queue {

namespace {

constexpr std::size_t name_characters_max = 190; // the column's length
constexpr std::size_t value_bytes_max = 1024UL * 1024;

bool is_step_name(const std::string& name) {
    return !name.empty() && !utf8_error_at(name) && utf8_length(name) <= name_characters_max &&
           !name.starts_with("signal:");
}

// As checkpoint_if_mine, and from now on everybody knows of the rows. PRIMARY, one row, exclusive;
// READ COMMITTED.
Result<void>
checkpoint(mysql::Session& session, const QueueSchema& schema, const ReservedJob& job) {
    mysql::Params params{static_cast<std::int64_t>(flag_steps)};
    bind_fence(params, job);
    const std::uint64_t matched = session.execute(
        "UPDATE " + schema("jobs") +
            " FORCE INDEX (PRIMARY) SET reserved_at = UNIX_TIMESTAMP(), rescues = 0,"
            " flags = flags | ? WHERE " +
            fence_condition,
        params
    );
    if (matched == 0) {
        return lease_lost();
    }
    return {};
}

} // namespace

JobSteps
read_job_steps(mysql::Session& session, const QueueSchema& schema, const std::string& uuid) {
    JobSteps steps;
    session.query( // a prefix of PRIMARY (job_uuid, name), no locks
        "SELECT name, value FROM " + schema("job_step") + " WHERE job_uuid = ?",
        {uuid},
        [&](const mysql::Row& row) {
            steps[row.text(0)] = value_or_throw(parse_json(row.text(1), 2 * json_depth_max));
        }
    );
    return steps;
}

Result<void> write_step_if_mine(
    mysql::Transaction& transaction,
    const QueueSchema& schema,
    const ReservedJob& job,
    const std::string& name,
    const Json& value
) {
    const std::string uuid = envelope_uuid(job.payload);
    if (uuid.empty()) {
        return fail(ErrorCode::invalid_argument, "a job without a uuid can't keep steps", "uuid");
    }
    if (!is_step_name(name)) {
        return fail(
            ErrorCode::invalid_argument,
            "a step has a name of 1 to 190 characters that doesn't begin with \"signal:\"",
            "step"
        );
    }
    if (to_text(value).size() > value_bytes_max) {
        return fail(ErrorCode::too_large, "a step keeps at most 1 MiB", "step");
    }
    write_job_step(transaction, schema, uuid, name, value);
    return checkpoint(transaction, schema, job);
}

void write_job_step(
    mysql::Session& session,
    const QueueSchema& schema,
    const std::string& uuid,
    const std::string& name,
    const Json& value
) {
    const std::string text = to_text(value);
    session.execute( // PRIMARY (job_uuid, name), one row, exclusive
        "INSERT INTO " + schema("job_step") +
            " (job_uuid, name, value, written_at) VALUES (?, ?, ?, UNIX_TIMESTAMP())"
            " ON DUPLICATE KEY UPDATE value = ?, written_at = UNIX_TIMESTAMP()",
        {uuid, name, text, text}
    );
}

void remove_job_steps(
    mysql::Session& session, const QueueSchema& schema, const std::vector<std::string>& uuids
) {
    const std::string table = schema("job_step");
    in_prefix_slices(uuids, [&](const std::vector<std::string>& slice) {
        mysql::Params params;
        add_padded(params, slice);
        session.execute( // a prefix of PRIMARY (job_uuid, name), exclusive
            "DELETE " + table + " FROM " + table + " FORCE INDEX (PRIMARY) WHERE job_uuid IN" +
                in_list(slice.size()),
            params
        );
    });
}

void keep_job_steps(
    mysql::Session& session, const QueueSchema& schema, const std::vector<std::string>& uuids
) {
    in_prefix_slices(uuids, [&](const std::vector<std::string>& slice) {
        mysql::Params params;
        add_padded(params, slice);
        session.execute( // a prefix of PRIMARY (job_uuid, name), exclusive
            "UPDATE " + schema("job_step") +
                " FORCE INDEX (PRIMARY) SET failed_at = UNIX_TIMESTAMP() WHERE job_uuid IN" +
                in_list(slice.size()),
            params
        );
    });
}

void reopen_job_steps(mysql::Session& session, const QueueSchema& schema, const std::string& uuid) {
    // A prefix of PRIMARY (job_uuid, name), exclusive.
    session.execute(
        "DELETE FROM " + schema("job_step") + " WHERE job_uuid = ? AND name LIKE 'signal:%'",
        {uuid}
    );
    session.execute(
        "UPDATE " + schema("job_step") + " SET failed_at = 0 WHERE job_uuid = ?",
        {uuid}
    );
}

} // namespace bgerp::queue
