#include "tenant_db/queue/chain.hpp"

#include "base/ids.hpp"
#include "base/log.hpp"
#include "tenant_db/queue/enqueue.hpp"
#include "tenant_db/queue/in_list.hpp"
#include "tenant_db/queue/job_document.hpp"
#include "tenant_db/queue/run_record.hpp"

#include <limits>
#include <unordered_set>

namespace bgerp::queue {

namespace {

// More than this isn't handed on: each link's payload would carry it. The output itself is kept in
// job_run, where previousUuid finds it.
constexpr std::size_t previous_bytes_max = 64UL * 1024;
constexpr int previous_depth_max = json_depth_max / 2;
constexpr std::size_t error_bytes_max = 2'000;

Result<void> in_field(Result<void> result, const std::string& field) {
    if (!result) {
        Error& error = result.error();
        error.field = field + (error.field.empty() ? "" : "." + error.field);
    }
    return result;
}

Result<void> check_link_shape(const NewJob& link) {
    const bool plain =
        link.chain.empty() && link.chain_catch.empty() && !link.unique && link.batch_id.empty();
    if (!plain) {
        return fail(
            ErrorCode::invalid_argument,
            "a job of a chain has no chain, batch or unique key of its own"
        );
    }
    return {};
}

Json previous_of(const EndedLink& link) {
    if (link.outcome != JobOutcome::completed) {
        return {
            {"state", state_of(link.outcome)},
            {"error", storable(link.error, error_bytes_max)}};
    }
    if (link.output.empty() || link.output.size() > previous_bytes_max) {
        return {};
    }
    Result<Json> output = parse_json(link.output, previous_depth_max);
    return output ? std::move(*output) : Json();
}

// The next job, or nothing. What somebody else wrote where our links belong ends the chain.
std::vector<NewJob> next_of(const EndedLink& link) {
    std::vector<NewJob> next;
    try {
        const Json& chain = link.envelope->chain;
        const Json& on_failure = link.envelope->chain_catch;
        if (link.outcome != JobOutcome::completed) {
            if (!on_failure.is_null()) {
                next.push_back(job_from_json(on_failure));
            }
        } else if (chain.is_array() && !chain.empty()) {
            next.push_back(job_from_json(chain.front()));
            for (std::size_t i = 1; i < chain.size(); ++i) {
                next.front().chain.push_back(job_from_json(chain[i]));
            }
            if (!on_failure.is_null()) {
                next.front().chain_catch.push_back(job_from_json(on_failure));
            }
        }
    } catch (const Json::exception& error) {
        log_error("a chain can't be read", {{"uuid", std::string(link.uuid)}});
        return {};
    }
    for (NewJob& job : next) {
        job.previous_uuid = link.uuid;
        job.previous = previous_of(link);
    }
    return next;
}

} // namespace

Result<void>
check_chain(const NewJob& job, const std::function<Result<void>(const NewJob&)>& check_link) {
    if (job.chain.empty() && job.chain_catch.empty()) {
        return {};
    }
    if (job.chain.size() > chain_links_max || job.chain_catch.size() > 1) {
        return fail(
            ErrorCode::invalid_argument,
            "a chain has at most " + std::to_string(chain_links_max) + " links and one catch",
            "chain"
        );
    }
    if (!job.batch_id.empty()) {
        return fail(ErrorCode::invalid_argument, "a member of a batch has no chain", "chain");
    }
    const auto check = [&](const NewJob& link, const std::string& field) {
        return in_field(check_link_shape(link).and_then([&] { return check_link(link); }), field);
    };
    for (std::size_t i = 0; i < job.chain.size(); ++i) {
        if (auto checked = check(job.chain[i], "chain[" + std::to_string(i) + "]"); !checked) {
            return checked;
        }
    }
    return job.chain_catch.empty() ? Result<void>() : check(job.chain_catch.front(), "chain_catch");
}

void enqueue_next(
    mysql::Transaction& transaction, const QueueSchema& schema, const std::vector<EndedLink>& ended
) {
    std::vector<NewJob> next;
    for (const EndedLink& link : ended) {
        for (NewJob& job : next_of(link)) {
            next.push_back(std::move(job));
        }
    }
    if (next.empty()) {
        return;
    }
    refresh_uuids(transaction, schema, next);
    // They were small enough when the chain was made, and a limit of today must not keep a job from
    // ending.
    static_cast<void>(value_or_throw(
        enqueue_many(transaction, schema, next, {std::numeric_limits<std::int64_t>::max()})
    ));
}

void refresh_uuids(mysql::Session& session, const QueueSchema& schema, std::vector<NewJob>& jobs) {
    std::vector<std::string> uuids;
    for (const NewJob& job : jobs) {
        if (!job.uuid.empty()) {
            uuids.push_back(job.uuid);
        }
    }
    std::unordered_set<std::string> taken;
    in_slices(uuids, [&](const std::vector<std::string>& slice) {
        mysql::Params params;
        add_padded(params, slice);
        session.query( // PRIMARY (uuid), no locks
            "SELECT uuid FROM " + schema("job_run") + " FORCE INDEX (PRIMARY) WHERE uuid IN" +
                in_list(slice.size()),
            params,
            [&](const mysql::Row& row) { taken.insert(row.text(0)); }
        );
    });
    for (NewJob& job : jobs) {
        if (taken.contains(job.uuid)) {
            job.uuid = new_uuid();
        }
    }
}

} // namespace bgerp::queue
