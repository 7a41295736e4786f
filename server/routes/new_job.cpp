#include "server/routes/new_job.hpp"

#include "base/ids.hpp"
#include "core_db/args_key.hpp"
#include "tenant_db/queue/sealed_args.hpp"

#include <algorithm>

namespace bgerp::server {

namespace {

constexpr std::int64_t bytes_per_kib = 1024;

// The member of `names` that `name` is, `otherwise` when it isn't given; nothing for another text.
template <class Value, std::size_t N>
Result<Value> one_of(
    const Json& body,
    const char* name,
    const std::array<std::pair<const char*, Value>, N>& names,
    Value otherwise,
    const std::string& path
) {
    const auto text = text_field(body, name);
    if (!text) {
        return otherwise;
    }
    std::string known;
    for (const auto& [word, value] : names) {
        if (*text == word) {
            return value;
        }
        known += (known.empty() ? "" : ", ") + std::string(word);
    }
    return fail(ErrorCode::invalid_argument, path + name + " must be one of " + known, path + name);
}

bool holds(const Json& list, const char* word) {
    return std::find(list.begin(), list.end(), Json(word)) != list.end();
}

Result<void> read_by(const Json& by, queue::UniqueRule& rule, const std::string& path) {
    const bool known = std::all_of(by.begin(), by.end(), [](const Json& part) {
        return part == "kind" || part == "args" || part == "queue";
    });
    if (!known) {
        return fail(
            ErrorCode::invalid_argument,
            path + "by holds kind, args or queue",
            path + "by"
        );
    }
    if (by.is_array()) {
        rule.by_args = holds(by, "args");
        rule.by_queue = holds(by, "queue");
    }
    return {};
}

constexpr std::array untils{
    std::pair("start", queue::UniqueRule::Until::start),
    std::pair("done", queue::UniqueRule::Until::done),
    std::pair("period", queue::UniqueRule::Until::period)};

constexpr std::array conflicts{
    std::pair("existing", queue::UniqueRule::OnConflict::existing),
    std::pair("refuse", queue::UniqueRule::OnConflict::refuse),
    std::pair("replace", queue::UniqueRule::OnConflict::replace)};

Result<queue::UniqueRule> unique_of(const Json& body, const std::string& path) {
    queue::UniqueRule rule;
    auto checked = check_fields(body, unique_fields, path).and_then([&] {
        return read_by(json_field(body, "by"), rule, path);
    });
    if (!checked) {
        return tl::unexpected<Error>(std::move(checked.error()));
    }
    rule.key = text_field(body, "key").value_or("");
    rule.period_s = integer_field(body, "period_s").value_or(0);
    const auto otherwise =
        rule.period_s > 0 ? queue::UniqueRule::Until::period : queue::UniqueRule::Until::done;
    const auto until = one_of(body, "until", untils, otherwise, path);
    const auto on_conflict =
        one_of(body, "on_conflict", conflicts, queue::UniqueRule::OnConflict::existing, path);
    if (!until || !on_conflict) {
        return tl::unexpected<Error>(until ? on_conflict.error() : until.error());
    }
    rule.until = *until;
    rule.on_conflict = *on_conflict;
    return rule;
}

// All but the check of the kind.
Result<queue::NewJob> job_of(const Json& body, const JobKinds& kinds, const std::string& path);

Result<queue::NewJob> link_of(const Json& body, const JobKinds& kinds, const std::string& path) {
    if (auto checked = check_fields(body, job_fields, path); !checked) {
        return tl::unexpected<Error>(std::move(checked.error()));
    }
    auto link = job_of(body, kinds, path);
    if (link) {
        link->uuid = new_uuid();
    }
    return link;
}

Result<void>
read_flow(const Json& body, const JobKinds& kinds, queue::NewJob& job, const std::string& path) {
    job.meta = json_field(body, "meta");
    job.encrypted = boolean_field(body, "encrypted", false);
    if (const Json& rule = json_field(body, "unique"); rule.is_object()) {
        auto unique = unique_of(rule, path + "unique.");
        if (!unique) {
            return tl::unexpected<Error>(std::move(unique.error()));
        }
        job.unique = std::move(*unique);
    }
    const Json& chain = json_field(body, "chain");
    for (std::size_t i = 0; i < chain.size(); ++i) {
        auto link = link_of(chain[i], kinds, path + "chain[" + std::to_string(i) + "].");
        if (!link) {
            return tl::unexpected<Error>(std::move(link.error()));
        }
        job.chain.push_back(std::move(*link));
    }
    if (const Json& told = json_field(body, "chain_catch"); told.is_object()) {
        auto link = link_of(told, kinds, path + "chain_catch.");
        if (!link) {
            return tl::unexpected<Error>(std::move(link.error()));
        }
        job.chain_catch.push_back(std::move(*link));
    }
    return {};
}

Result<queue::NewJob> job_of(const Json& body, const JobKinds& kinds, const std::string& path) {
    queue::NewJob job;
    job.kind = *text_field(body, "kind");
    if (const Json& args = json_field(body, "args"); args.is_object()) {
        job.args = args;
    }
    auto queue = kinds.queue_of(job.kind, text_field(body, "queue").value_or(""), path);
    if (!queue) {
        return tl::unexpected<Error>(std::move(queue.error()));
    }
    job.queue = std::move(*queue);
    job.priority = integer_field(body, "priority").value_or(0);
    job.delay = std::chrono::seconds(integer_field(body, "delay_s").value_or(0));
    job.max_tries = integer_field(body, "max_tries");
    job.max_exceptions = integer_field(body, "max_exceptions");
    job.timeout_s = integer_field(body, "timeout_s");
    job.retry_until = integer_field(body, "retry_until");
    job.limit_key = text_field(body, "limit_key").value_or("");
    job.tracked = boolean_field(body, "tracked", true);
    if (const Json& codes = json_field(body, "fail_on"); codes.is_array()) {
        job.fail_on = codes.get<std::vector<std::string>>();
    }
    if (const Json& tags = json_field(body, "tags"); tags.is_array()) {
        job.tags = tags.get<std::vector<std::string>>();
    }
    for (const Json& pause : json_field(body, "backoff_s")) {
        const bool sane = !pause.is_number_unsigned() ||
                          pause.get<std::uint64_t>() <= static_cast<std::uint64_t>(ten_years_s);
        if (!sane || pause.get<std::int64_t>() < 0) {
            return fail(
                ErrorCode::invalid_argument,
                "backoff_s holds seconds from 0 to " + std::to_string(ten_years_s),
                path + "backoff_s"
            );
        }
        job.backoff_s.push_back(pause.get<std::int64_t>());
    }
    if (auto read = read_flow(body, kinds, job, path); !read) {
        return tl::unexpected<Error>(std::move(read.error()));
    }
    return job;
}

bool is_secret(const queue::NewJob& job) {
    const auto encrypted = [](const queue::NewJob& link) { return link.encrypted; };
    return job.encrypted || std::any_of(job.chain.begin(), job.chain.end(), encrypted) ||
           std::any_of(job.chain_catch.begin(), job.chain_catch.end(), encrypted);
}

} // namespace

Result<queue::NewJob> new_job_of(const Json& body, const JobKinds& kinds, const std::string& path) {
    auto job = job_of(body, kinds, path);
    if (!job) {
        return job;
    }
    if (auto checked = kinds.check_job(*job, path); !checked) {
        return tl::unexpected<Error>(std::move(checked.error()));
    }
    return job;
}

Result<std::vector<queue::NewJob>>
new_jobs_of(const Json& list, const JobKinds& kinds, const std::string& name) {
    std::vector<queue::NewJob> jobs;
    for (std::size_t i = 0; i < list.size(); ++i) {
        const std::string path = name + "[" + std::to_string(i) + "].";
        if (auto checked = check_fields(list[i], job_fields, path); !checked) {
            return tl::unexpected<Error>(std::move(checked.error()));
        }
        auto job = new_job_of(list[i], kinds, path);
        if (!job) {
            return tl::unexpected<Error>(std::move(job.error()));
        }
        jobs.push_back(std::move(*job));
    }
    return jobs;
}

Result<void> seal_jobs(const Call& call, std::vector<queue::NewJob>& jobs) {
    if (std::none_of(jobs.begin(), jobs.end(), is_secret)) {
        return {};
    }
    const auto key = core_db::args_key(call.services.config.security, call.tenant->org_id);
    if (!key) {
        return tl::unexpected<Error>(key.error());
    }
    for (queue::NewJob& job : jobs) {
        queue::seal_args(job, *key);
    }
    return {};
}

queue::EnqueueLimits enqueue_limits(const Config& config) {
    return {config.queue.payload_kib_max * bytes_per_kib};
}

} // namespace bgerp::server
