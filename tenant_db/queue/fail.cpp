#include "base/ids.hpp"
#include "base/mysql/error.hpp"
#include "tenant_db/queue/fence_groups.hpp"
#include "tenant_db/queue/job_end.hpp"
#include "tenant_db/queue/lifecycle.hpp"
#include "tenant_db/queue/payload.hpp"
#include "tenant_db/queue/run_record.hpp"

namespace bgerp::queue {

namespace {

constexpr std::size_t exception_bytes_max = 1024UL * 1024;

// Laravel's columns; the two of ours let a retry put the job back as it was. Locks the new entries
// of PRIMARY (id) and failed_jobs_uuid_unique.
void insert_failed(
    mysql::Session& session,
    const QueueSchema& schema,
    const ReservedJob& job,
    const std::string& uuid,
    const std::string& payload,
    const std::string& exception
) {
    session.execute(
        "INSERT INTO " + schema("failed_jobs") +
            " (uuid, connection, queue, payload, exception, priority, flags)"
            " VALUES (?, 'bgerp', ?, ?, ?, ?, ?)",
        {uuid, job.key.queue, payload, exception, job.key.priority, job.flags}
    );
}

void store_failed(
    mysql::Session& session,
    const QueueSchema& schema,
    const ReservedJob& job,
    const std::string& uuid,
    const std::string& exception
) {
    const std::string text = storable(exception, exception_bytes_max);
    // Who retries it, Laravel's queue:retry for one, begins to count anew.
    const Result<Envelope> envelope = parse_envelope(job.payload);
    const std::string payload =
        envelope && envelope->exceptions > 0 ? with_exceptions(job.payload, 0) : job.payload;
    try {
        insert_failed(session, schema, job, uuid, payload, text);
    } catch (const mysql::DatabaseError& error) {
        // Others may have pushed the same envelope twice. A job must be able to fail all the same.
        if (error.error_class() != mysql::ErrorClass::duplicate_key) {
            throw;
        }
        insert_failed(session, schema, job, new_uuid(), payload, text);
    }
}

} // namespace

Result<void> fail_if_mine(
    mysql::Pool& pool, Deadline deadline, const QueueSchema& schema, const JobFailure& failure
) {
    const ReservedJob& job = *failure.job;
    std::string uuid = is_uuid(failure.uuid) ? failure.uuid : envelope_uuid(job.payload);
    if (uuid.empty()) {
        uuid = new_uuid();
    }
    return mysql::with_transaction(pool, deadline, [&](mysql::Transaction& t) -> Result<void> {
        if (!delete_if_mine(t, schema, job)) {
            return lease_lost();
        }
        if (!failure.cancelled) {
            store_failed(t, schema, job, uuid, failure.exception);
        }
        if ((job.flags & flag_tracked) != 0 && !failure.exception.empty()) {
            run_error(t, schema, uuid, job.fence.attempts, failure.exception);
        }
        const JobOutcome outcome = failure.cancelled ? JobOutcome::cancelled : JobOutcome::failed;
        record_ends(
            t,
            schema,
            {{job.flags, outcome, job.payload, uuid, failure.batch_id, {}, failure.exception}}
        );
        return {};
    });
}

} // namespace bgerp::queue
