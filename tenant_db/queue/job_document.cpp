#include "tenant_db/queue/job_document.hpp"

namespace bgerp::queue {

namespace {

template <class T>
void put(Json& object, const char* key, const std::optional<T>& value) {
    if (value) {
        object[key] = *value;
    }
}

template <class T>
std::optional<T> get(const Json& object, const char* key) {
    const auto found = object.find(key);
    return found == object.end() ? std::nullopt : std::optional(found->get<T>());
}

void put_jobs(Json& object, const char* key, const std::vector<NewJob>& jobs) {
    for (const NewJob& job : jobs) {
        object[key].push_back(job_to_json(job));
    }
}

std::vector<NewJob> get_jobs(const Json& object, const char* key) {
    std::vector<NewJob> jobs;
    for (const Json& job : object.value(key, Json::array())) {
        jobs.push_back(job_from_json(job));
    }
    return jobs;
}

} // namespace

Json job_to_json(const NewJob& job) {
    Json object{
        {"kind", job.kind},
        {"args", job.args},
        {"queue", job.queue},
        {"priority", job.priority},
        {"delay_s", job.delay.count()},
        {"backoff_s", job.backoff_s},
        {"tags", job.tags},
        {"limit_key", job.limit_key},
        {"uuid", job.uuid},
        {"tracked", job.tracked}};
    if (!job.meta.is_null()) {
        object["meta"] = job.meta;
    }
    if (job.encrypted) {
        object["encrypted"] = true;
    }
    put_jobs(object, "chain", job.chain);
    put_jobs(object, "chain_catch", job.chain_catch);
    if (!job.fail_on.empty()) {
        object["fail_on"] = job.fail_on;
    }
    put(object, "max_tries", job.max_tries);
    put(object, "max_exceptions", job.max_exceptions);
    put(object, "timeout_s", job.timeout_s);
    put(object, "retry_until", job.retry_until);
    return object;
}

NewJob job_from_json(const Json& object) {
    NewJob job;
    job.kind = object.at("kind");
    job.args = object.at("args");
    job.queue = object.at("queue");
    job.priority = object.at("priority");
    job.delay = std::chrono::seconds(object.at("delay_s").get<std::int64_t>());
    job.backoff_s = object.at("backoff_s").get<std::vector<std::int64_t>>();
    job.tags = object.at("tags").get<std::vector<std::string>>();
    job.limit_key = object.value("limit_key", "");
    job.uuid = object.at("uuid");
    job.tracked = object.at("tracked");
    job.meta = object.value("meta", Json());
    job.encrypted = object.value("encrypted", false);
    job.chain = get_jobs(object, "chain");
    job.chain_catch = get_jobs(object, "chain_catch");
    job.fail_on = object.value("fail_on", std::vector<std::string>());
    job.max_tries = get<std::int64_t>(object, "max_tries");
    job.max_exceptions = get<std::int64_t>(object, "max_exceptions");
    job.timeout_s = get<std::int64_t>(object, "timeout_s");
    job.retry_until = get<std::int64_t>(object, "retry_until");
    return job;
}

} // namespace bgerp::queue
