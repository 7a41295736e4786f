#include "tenant_db/queue/job_signal.hpp"

#include "base/ids.hpp"
#include "base/mysql/transaction.hpp"
#include "base/utf8.hpp"
#include "tenant_db/queue/fence_groups.hpp"
#include "tenant_db/queue/job_rows.hpp"
#include "tenant_db/queue/job_steps.hpp"
#include "tenant_db/queue/payload.hpp"
#include "tenant_db/queue/run_record.hpp"
#include "tenant_db/queue/waiting_job.hpp"

#include <algorithm>

namespace bgerp::queue {

namespace {

constexpr std::size_t name_characters_max = 100;
constexpr std::size_t payload_bytes_max = 64UL * 1024;
constexpr std::size_t signals_max = 32;

// What a job's record says of its signals, while the record is locked.
struct Record {
    Json signals = Json::object();
    std::string waiting_for;
    bool cancel_requested = false;
    std::int64_t now_s = 0;
};

Result<void> check_name(const std::string& name) {
    if (name.empty() || utf8_error_at(name) || utf8_length(name) > name_characters_max) {
        return fail(
            ErrorCode::invalid_argument,
            "a signal has a name of 1 to 100 characters",
            "signal"
        );
    }
    return {};
}

// PRIMARY (uuid), exclusive, after the job's own row; READ COMMITTED.
std::optional<Record>
lock_record(mysql::Session& session, const QueueSchema& schema, const std::string& uuid) {
    return session.query_one(
        "SELECT signals, waiting_for, cancel_requested, UNIX_TIMESTAMP() FROM " +
            schema("job_run") + " WHERE uuid = ? FOR UPDATE",
        {uuid},
        [](const mysql::Row& row) {
            Record record;
            if (!row.is_null(0)) {
                record.signals = value_or_throw(parse_json(row.text(0), 2 * json_depth_max));
            }
            record.waiting_for = row.text(1);
            record.cancel_requested = row.i64(2) != 0;
            record.now_s = row.i64(3);
            return record;
        }
    );
}

// From job_delayed, where its row is locked, to jobs.
void wake(
    mysql::Session& session,
    const QueueSchema& schema,
    const FoundJob& found,
    const std::string& uuid
) {
    constexpr const char* columns =
        "queue, priority, payload, attempts, created_at, rescues, flags, interruptions";
    session.execute( // by full PRIMARY (available_at, id), one row
        "INSERT INTO " + schema("jobs") + " (" + columns + ", available_at) SELECT " + columns +
            ", UNIX_TIMESTAMP() FROM " + schema("job_delayed") +
            " FORCE INDEX (PRIMARY) WHERE available_at = ? AND id = ?",
        {found.available_at, found.id}
    );
    const std::uint64_t id = session.last_insert_id();
    delete_waiting(session, schema, found);
    run_moved(session, schema, uuid, "available", id, 0);
}

// Nothing when the job moved meanwhile.
Result<std::optional<SignalSent>> send_once(
    mysql::Session& session,
    const QueueSchema& schema,
    const std::string& uuid,
    const std::string& name,
    const Json& payload
) {
    const FoundJob found = lock_job(session, schema, uuid);
    if (found.is == FoundJob::Is::unknown) {
        return fail(ErrorCode::not_found, "there is no such job", "uuid");
    }
    if (found.is == FoundJob::Is::ended) {
        return fail(ErrorCode::conflict, "the job has ended: " + found.state);
    }
    std::optional<Record> record;
    if (found.is != FoundJob::Is::moved) {
        record = lock_record(session, schema, uuid);
    }
    if (!record) {
        return std::optional<SignalSent>();
    }
    if (const auto had = record->signals.find(name); had != record->signals.end()) {
        if (*had != payload) {
            return fail(ErrorCode::conflict, "the job has this signal with another payload");
        }
        return SignalSent{};
    }
    if (record->signals.size() >= signals_max) {
        return fail(ErrorCode::invalid_argument, "a job takes at most 32 signals", "signal");
    }
    record->signals[name] = payload;
    session.execute(
        "UPDATE " + schema("job_run") + " SET signals = ? WHERE uuid = ?",
        {to_text(record->signals), uuid}
    );
    const bool sleeps = found.is == FoundJob::Is::waiting && found.delayed &&
                        found.state == "scheduled" && record->waiting_for == name;
    if (sleeps) {
        wake(session, schema, found, uuid);
    }
    return SignalSent{sleeps};
}

// PRIMARY, one row, exclusive; READ COMMITTED.
bool lock_if_mine(mysql::Session& session, const QueueSchema& schema, const ReservedJob& job) {
    mysql::Params params;
    bind_fence(params, job);
    return session
        .query_one(
            "SELECT 1 FROM " + schema("jobs") + " FORCE INDEX (PRIMARY) WHERE " + fence_condition +
                " FOR UPDATE",
            params,
            [](const mysql::Row& row) { return row.i64(0); }
        )
        .has_value();
}

// The holder's row, locked before, goes to sleep.
Result<void> sleep(
    mysql::Session& session,
    const QueueSchema& schema,
    const ReservedJob& job,
    const std::string& uuid,
    const std::string& name,
    std::int64_t delay_s
) {
    if (!delete_if_mine(session, schema, job)) {
        return lease_lost();
    }
    std::vector<JobRow> rows(1);
    JobRow& row = rows.front();
    row.uuid = uuid;
    row.queue = job.key.queue;
    row.priority = job.key.priority;
    row.payload = job.payload;
    row.attempts = std::max<std::int64_t>(job.fence.attempts, 1) - 1;
    row.delay_s = delay_s;
    row.created_at = job.created_at;
    row.flags = job.flags | flag_steps;
    row.interruptions = job.interruptions;
    insert_job_rows(session, schema, rows);
    runs_released(session, schema, {uuid});
    run_moved(session, schema, uuid, "scheduled", row.id, delay_s);
    session.execute(
        "UPDATE " + schema("job_run") + " SET waiting_for = ? WHERE uuid = ?",
        {name, uuid}
    );
    return {};
}

Result<SignalWait> await_once(
    mysql::Session& session,
    const QueueSchema& schema,
    const ReservedJob& job,
    const std::string& name,
    std::int64_t timeout_s
) {
    const std::string uuid = envelope_uuid(job.payload);
    if (!lock_if_mine(session, schema, job)) {
        return lease_lost();
    }
    const std::optional<Record> record = lock_record(session, schema, uuid);
    if (!record) {
        return fail(ErrorCode::invalid_argument, "only a tracked job can wait for a signal");
    }
    if (record->cancel_requested) {
        return fail(ErrorCode::cancelled, "cancelled");
    }
    if (const auto there = record->signals.find(name); there != record->signals.end()) {
        return SignalWait{SignalWait::Is::there, *there};
    }
    const std::string wait_name = "signal:" + name;
    const JobSteps steps = read_job_steps(session, schema, uuid);
    const auto begun = steps.find(wait_name);
    const std::int64_t until =
        begun == steps.end() ? record->now_s + timeout_s : begun->second.get<std::int64_t>();
    if (until <= record->now_s) {
        return SignalWait{SignalWait::Is::timed_out, {}};
    }
    if (begun == steps.end()) {
        write_job_step(session, schema, uuid, wait_name, Json(until));
    }
    return sleep(session, schema, job, uuid, name, until - record->now_s).map([] {
        return SignalWait{SignalWait::Is::asleep, {}};
    });
}

} // namespace

Result<WaitArgs> parse_wait_args(const Json& args) {
    WaitArgs wish;
    const auto signal = args.find("signal");
    if (signal == args.end() || !signal->is_string()) {
        return fail(ErrorCode::invalid_argument, "the signal to wait for is missing", "signal");
    }
    wish.signal = signal->get<std::string>();
    if (const Result<void> named = check_name(wish.signal); !named) {
        return tl::unexpected(named.error());
    }
    if (const auto timeout = args.find("timeout_s"); timeout != args.end()) {
        if (!timeout->is_number_unsigned() ||
            timeout->get<std::uint64_t>() > static_cast<std::uint64_t>(delay_s_max)) {
            return fail(
                ErrorCode::invalid_argument,
                "timeout_s is a number of seconds, at most ten years",
                "timeout_s"
            );
        }
        wish.timeout = std::chrono::seconds(timeout->get<std::int64_t>());
    }
    if (const auto then = args.find("on_timeout"); then != args.end()) {
        if (*then != "fail" && *then != "continue") {
            return fail(
                ErrorCode::invalid_argument,
                "on_timeout is \"fail\" or \"continue\"",
                "on_timeout"
            );
        }
        wish.goes_on = *then == "continue";
    }
    return wish;
}

Result<SignalSent> send_signal(
    mysql::Pool& pool,
    Deadline deadline,
    const QueueSchema& schema,
    const std::string& uuid,
    const std::string& name,
    const Json& payload
) {
    if (const Result<void> named = check_name(name); !named) {
        return tl::unexpected(named.error());
    }
    if (to_text(payload).size() > payload_bytes_max) {
        return fail(ErrorCode::too_large, "a signal's payload has at most 64 KiB", "payload");
    }
    if (!is_uuid(uuid)) {
        return fail(ErrorCode::not_found, "there is no such job", "uuid");
    }
    for (int look = 0; look < looks_max; ++look) {
        const auto sent = mysql::with_transaction(pool, deadline, [&](mysql::Transaction& t) {
            return send_once(t, schema, uuid, name, payload);
        });
        if (!sent) {
            return tl::unexpected(sent.error());
        }
        if (*sent) {
            return **sent;
        }
    }
    return fail(ErrorCode::unavailable, "the job's row can't be found at the moment");
}

Result<SignalWait> await_signal_if_mine(
    mysql::Pool& pool,
    Deadline deadline,
    const QueueSchema& schema,
    const ReservedJob& job,
    const std::string& name,
    std::optional<std::chrono::seconds> timeout
) {
    if (const Result<void> named = check_name(name); !named) {
        return tl::unexpected(named.error());
    }
    const std::int64_t timeout_s = timeout ? timeout->count() : delay_s_max;
    if (timeout_s < 0 || timeout_s > delay_s_max) {
        return fail(ErrorCode::invalid_argument, "a job waits for at most ten years", "timeout");
    }
    return mysql::with_transaction(pool, deadline, [&](mysql::Transaction& t) {
        return await_once(t, schema, job, name, timeout_s);
    });
}

} // namespace bgerp::queue
