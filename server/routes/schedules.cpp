#include "server/routes/schedules.hpp"

#include "server/middleware/idempotency.hpp"
#include "server/middleware/job_kinds.hpp"
#include "tenant_db/schedule/schedule_store.hpp"

namespace bgerp::server {

namespace {

using queue::QueueSchema;

Result<schedule::ScheduleChange> change_of(const Call& call) {
    schedule::ScheduleChange change;
    change.cron = text_field(call.body, "cron");
    change.time_zone = text_field(call.body, "time_zone");
    change.kind = text_field(call.body, "kind");
    change.queue = text_field(call.body, "queue");
    change.priority = integer_field(call.body, "priority");
    if (const Json& args = json_field(call.body, "args"); args.is_object()) {
        change.args = args;
    }
    if (change.kind) {
        if (auto known = call.services.kinds.check(*change.kind, "kind"); !known) {
            return tl::unexpected<Error>(std::move(known.error()));
        }
    }
    if (const auto missed = text_field(call.body, "missed")) {
        const auto policy = schedule::parse_missed(*missed);
        if (!policy) {
            return tl::unexpected<Error>(policy.error());
        }
        change.missed = *policy;
    }
    if (const auto overlap = text_field(call.body, "overlap")) {
        const auto policy = schedule::parse_overlap(*overlap);
        if (!policy) {
            return tl::unexpected<Error>(policy.error());
        }
        change.overlap = *policy;
    }
    return change;
}

Result<schedule::NewSchedule> new_schedule_of(const Call& call) {
    const auto given = change_of(call);
    if (!given) {
        return tl::unexpected<Error>(given.error());
    }
    schedule::NewSchedule wanted;
    wanted.name = *text_field(call.body, "name");
    wanted.cron = *given->cron;
    wanted.kind = *given->kind;
    wanted.time_zone = given->time_zone.value_or(wanted.time_zone);
    wanted.args = given->args.value_or(wanted.args);
    wanted.queue = given->queue.value_or(wanted.queue);
    wanted.priority = given->priority.value_or(wanted.priority);
    wanted.missed = given->missed.value_or(wanted.missed);
    wanted.overlap = given->overlap.value_or(wanted.overlap);
    return wanted;
}

Result<http::Response> shown(const Result<schedule::Schedule>& found, int status = 200) {
    if (!found) {
        return tl::unexpected<Error>(found.error());
    }
    return http::json_response(status, to_json(*found));
}

Result<http::Response> set_paused(Call& call, bool paused) {
    return shown(mysql::with_transaction(
        *call.pool,
        call.deadline(),
        [&](mysql::Transaction& transaction) {
            return schedule::set_paused(
                transaction,
                QueueSchema::current(),
                call.path_param(),
                paused
            );
        }
    ));
}

} // namespace

Result<http::Response> list_schedules(Call& call) {
    Json schedules = Json::array();
    const auto session = call.pool->acquire(call.deadline());
    for (const auto& found : schedule::list_schedules(*session, QueueSchema::current())) {
        schedules.push_back(to_json(found));
    }
    return http::json_response(200, {{"schedules", std::move(schedules)}});
}

Result<http::Response> add_schedule(Call& call) {
    const auto wanted = new_schedule_of(call);
    if (!wanted) {
        return tl::unexpected<Error>(wanted.error());
    }
    return run_once(call, call.request.body, [&](mysql::Transaction& transaction) {
        return shown(schedule::add_schedule(transaction, QueueSchema::current(), *wanted), 201);
    });
}

Result<http::Response> show_schedule(Call& call) {
    return shown(schedule::find_schedule(
        *call.pool->acquire(call.deadline()),
        QueueSchema::current(),
        call.path_param()
    ));
}

Result<http::Response> edit_schedule(Call& call) {
    const auto change = change_of(call);
    if (!change) {
        return tl::unexpected<Error>(change.error());
    }
    return shown(mysql::with_transaction(
        *call.pool,
        call.deadline(),
        [&](mysql::Transaction& transaction) {
            return schedule::edit_schedule(
                transaction,
                QueueSchema::current(),
                call.path_param(),
                *change
            );
        }
    ));
}

Result<http::Response> remove_schedule(Call& call) {
    const auto removed = schedule::remove_schedule(
        *call.pool->acquire(call.deadline()),
        QueueSchema::current(),
        call.path_param()
    );
    if (!removed) {
        return tl::unexpected<Error>(removed.error());
    }
    return http::no_content();
}

Result<http::Response> pause_schedule(Call& call) {
    return set_paused(call, true);
}

Result<http::Response> resume_schedule(Call& call) {
    return set_paused(call, false);
}

Result<http::Response> run_schedule(Call& call) {
    auto response = run_once(
        call,
        call.request.body,
        [&](mysql::Transaction& transaction) -> Result<http::Response> {
            const auto uuid =
                schedule::run_now(transaction, QueueSchema::current(), call.path_param());
            if (!uuid) {
                return tl::unexpected<Error>(uuid.error());
            }
            return http::with_header(
                http::json_response(202, {{"uuid", *uuid}}),
                "Location",
                "/api/v1/jobs/" + *uuid
            );
        }
    );
    call.ring();
    return response;
}

} // namespace bgerp::server
