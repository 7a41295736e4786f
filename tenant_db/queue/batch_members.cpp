#include "tenant_db/queue/batch_members.hpp"

#include "base/ids.hpp"
#include "tenant_db/queue/in_list.hpp"

namespace bgerp::queue {

// All statements below: READ COMMITTED, exclusive locks on single entries of PRIMARY
// (batch_id, job_uuid), so that members of one batch don't wait for each other.

void members_ended(
    mysql::Session& session,
    const QueueSchema& schema,
    const std::string& batch_id,
    const std::vector<std::string>& job_uuids
) {
    if (!is_uuid(batch_id)) {
        return; // not a batch of ours: somebody else's text in the payload
    }
    in_slices(job_uuids, [&](const std::vector<std::string>& slice) {
        mysql::Params params{batch_id};
        add_padded(params, slice);
        session.execute(
            "DELETE " + schema("job_batch_pending") + " FROM " + schema("job_batch_pending") +
                " FORCE INDEX (PRIMARY) WHERE batch_id = ? AND job_uuid IN" + in_list(slice.size()),
            params
        );
    });
}

void member_failed(
    mysql::Session& session,
    const QueueSchema& schema,
    const std::string& batch_id,
    const std::string& job_uuid
) {
    if (!is_uuid(batch_id) || !is_uuid(job_uuid)) {
        return;
    }
    members_ended(session, schema, batch_id, {job_uuid});
    session.execute(
        "INSERT IGNORE INTO " + schema("job_batch_failed") + " (batch_id, job_uuid) VALUES (?, ?)",
        {batch_id, job_uuid}
    );
}

bool member_pending_again(
    mysql::Session& session,
    const QueueSchema& schema,
    const std::string& batch_id,
    const std::string& job_uuid
) {
    if (!is_uuid(batch_id) || !is_uuid(job_uuid)) {
        return false;
    }
    const bool open =
        session
            .query_one(
                "SELECT 1 FROM " + schema("job_batches") +
                    " WHERE id = ? AND finished_at IS NULL AND cancelled_at IS NULL FOR UPDATE",
                {batch_id},
                [](const mysql::Row& row) { return row.i64(0); }
            )
            .has_value();
    if (!open) {
        return false;
    }
    session.execute(
        "DELETE FROM " + schema("job_batch_failed") + " WHERE batch_id = ? AND job_uuid = ?",
        {batch_id, job_uuid}
    );
    session.execute(
        "INSERT IGNORE INTO " + schema("job_batch_pending") + " (batch_id, job_uuid) VALUES (?, ?)",
        {batch_id, job_uuid}
    );
    return true;
}

} // namespace bgerp::queue
