#include "tenant_db/queue/batch.hpp"

#include "base/ids.hpp"
#include "tenant_db/queue/batch_options.hpp"
#include "tenant_db/queue/batch_settling.hpp"
#include "tenant_db/queue/run_record.hpp"

namespace bgerp::queue {

namespace {

constexpr std::size_t name_characters_max = 255; // the column's length

std::vector<NewJob> as_members(const std::vector<NewJob>& jobs, const std::string& batch_id) {
    std::vector<NewJob> members = jobs;
    for (NewJob& member : members) {
        member.batch_id = batch_id;
    }
    return members;
}

// A callback is enqueued when nobody is there to hear that it can't be: it is checked now, and its
// uuid is given now so that whoever made the batch can look for it.
Result<void> prepare_callback(std::optional<NewJob>& callback) {
    if (!callback) {
        return {};
    }
    if (callback->unique) {
        return fail(ErrorCode::invalid_argument, "a batch's callback can't be unique", "unique");
    }
    if (callback->uuid.empty()) {
        callback->uuid = new_uuid();
    }
    return check_job(*callback);
}

Result<BatchOptions> options_of(const NewBatch& batch) {
    BatchOptions options{batch.then_job, batch.catch_job, batch.finally_job, batch.allow_failures};
    for (std::optional<NewJob>* callback :
         {&options.then_job, &options.catch_job, &options.finally_job}) {
        if (Result<void> checked = prepare_callback(*callback); !checked) {
            return tl::unexpected(checked.error());
        }
    }
    return options;
}

// PRIMARY (id), one row, held until the caller's transaction ends: the batch can't finish before
// the new members are there. READ COMMITTED.
Result<void>
lock_open(mysql::Session& session, const QueueSchema& schema, const std::string& batch_id) {
    const std::optional<bool> closed = session.query_one(
        "SELECT finished_at IS NOT NULL OR cancelled_at IS NOT NULL FROM " + schema("job_batches") +
            " WHERE id = ? AND by_rows = 1 FOR UPDATE",
        {batch_id},
        [](const mysql::Row& row) { return row.i64(0) != 0; }
    );
    if (!closed) {
        return fail(ErrorCode::not_found, "there is no such batch", "batch_id");
    }
    if (*closed) {
        return fail(ErrorCode::conflict, "the batch is finished or cancelled", "batch_id");
    }
    return {};
}

} // namespace

Result<std::string>
create_batch(mysql::Transaction& transaction, const QueueSchema& schema, const NewBatch& batch) {
    const Result<BatchOptions> options = options_of(batch);
    if (!options) {
        return tl::unexpected(options.error());
    }
    std::string id = new_uuid();
    const std::string name = storable(batch.name, name_characters_max);
    const std::string options_text = compose_options(*options);
    transaction.execute(
        "INSERT INTO " + schema("job_batches") +
            " (id, name, total_jobs, pending_jobs, failed_jobs, failed_job_ids, options,"
            " created_at, by_rows) VALUES (?, ?, ?, ?, 0, '[]', ?, UNIX_TIMESTAMP(), 1)",
        {id, name, batch.jobs.size(), batch.jobs.size(), options_text}
    );
    if (batch.jobs.empty()) {
        settle_locked(transaction, schema, id);
        return id;
    }
    return enqueue_many(transaction, schema, as_members(batch.jobs, id)).map([&](const auto&) {
        return id;
    });
}

Result<void> add_to_batch(
    mysql::Transaction& transaction,
    const QueueSchema& schema,
    const std::string& batch_id,
    const std::vector<NewJob>& jobs
) {
    if (Result<void> open = lock_open(transaction, schema, batch_id); !open) {
        return open;
    }
    transaction.execute(
        "UPDATE " + schema("job_batches") +
            " SET total_jobs = total_jobs + ?, pending_jobs = pending_jobs + ? WHERE id = ?",
        {jobs.size(), jobs.size(), batch_id}
    );
    return enqueue_many(transaction, schema, as_members(jobs, batch_id)).map([](const auto&) {});
}

Result<void> cancel_batch(
    mysql::Pool& pool, Deadline deadline, const QueueSchema& schema, const std::string& batch_id
) {
    auto cancelled =
        mysql::with_transaction(pool, deadline, [&](mysql::Transaction& t) -> Result<void> {
            Result<void> open = lock_open(t, schema, batch_id);
            if (!open && open.error().code == ErrorCode::not_found) {
                return open;
            }
            // PRIMARY (id), one row, locked above. To cancel twice is to cancel.
            const std::uint64_t matched = t.execute(
                "UPDATE " + schema("job_batches") +
                    " SET cancelled_at = COALESCE(cancelled_at, UNIX_TIMESTAMP())"
                    " WHERE id = ? AND finished_at IS NULL",
                {batch_id}
            );
            if (matched == 0) {
                return fail(ErrorCode::conflict, "the batch is finished", "batch_id");
            }
            return {};
        });
    if (cancelled) {
        settle_batch(pool, deadline, schema, batch_id);
    }
    return cancelled;
}

bool batch_cancelled(
    mysql::Session& session, const QueueSchema& schema, const std::string& batch_id
) {
    return session
        .query_one( // PRIMARY (id), no lock
            "SELECT 1 FROM " + schema("job_batches") + " WHERE id = ? AND cancelled_at IS NOT NULL",
            {batch_id},
            [](const mysql::Row& row) { return row.i64(0); }
        )
        .has_value();
}

} // namespace bgerp::queue
