#include "tenant_db/queue/payload.hpp"

#include "tenant_db/queue/job_document.hpp"
#include "tenant_db/queue/unique_rule.hpp"

#include <algorithm>
#include <cmath>

namespace bgerp::queue {

namespace {

constexpr std::string_view exceptions_key = ",\"exceptions\":";
constexpr std::string_view whitespace = " \t\r\n";

// A year: a payload may ask for more than the column of the time can hold.
constexpr std::int64_t backoff_s_max = std::int64_t{366} * 24 * 3600;

Json hold_of(const NewJob& job) {
    Json hold{{"key", unique_key(job)}, {"until", until_name(job.unique->until)}};
    if (job.unique->period_s > 0) {
        hold["period_s"] = job.unique->period_s;
    }
    return hold;
}

// Writes an object's members in the order they are given: uuid first, which is what envelope_uuid
// counts on.
class ObjectText {
public:
    void add(std::string_view key, const Json& value) {
        add_key(key);
        text_ += value.is_object() && value.empty() ? "{}" : to_text(value);
    }

    void add(std::string_view key, const std::string& value) {
        add_key(key);
        const bool plain = std::all_of(value.begin(), value.end(), [](char c) {
            return c >= ' ' && c <= '~' && c != '"' && c != '\\';
        });
        if (plain) { // nearly always, and a document costs more than the rest of the envelope
            text_ += '"';
            text_ += value;
            text_ += '"';
        } else {
            text_ += to_text(Json(value));
        }
    }

    void add(std::string_view key, const std::optional<std::int64_t>& value) {
        if (value) {
            add_key(key);
            text_ += std::to_string(*value);
        }
    }

    [[nodiscard]] std::string finish() { return std::move(text_ += '}'); }

private:
    void add_key(std::string_view key) {
        text_ += text_.size() == 1 ? "\"" : ",\"";
        text_ += key;
        text_ += "\":";
    }

    std::string text_ = "{";
};

void add_chain(ObjectText& text, const NewJob& job) {
    if (!job.chain.empty()) {
        Json links = Json::array();
        for (const NewJob& link : job.chain) {
            links.push_back(job_to_json(link));
        }
        text.add("chain", links);
    }
    if (!job.chain_catch.empty()) {
        text.add("chainCatch", job_to_json(job.chain_catch.front()));
    }
    if (!job.previous_uuid.empty()) {
        text.add("previousUuid", job.previous_uuid);
        text.add("previous", job.previous);
    }
}

std::string comma_separated(const std::vector<std::int64_t>& numbers) {
    std::string text;
    for (const std::int64_t number : numbers) {
        text += (text.empty() ? "" : ",") + std::to_string(number);
    }
    return text;
}

std::string without_member(const std::string& payload, const char* key) {
    if (!parse_envelope(payload)) { // also the limit on depth
        return payload;
    }
    auto object = nlohmann::ordered_json::parse(payload);
    object.erase(key);
    return object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

} // namespace

std::string compose_envelope(const NewJob& job, const std::string& uuid) {
    ObjectText text;
    text.add("uuid", uuid);
    text.add("displayName", job.kind);
    text.add("job", job.kind);
    text.add("maxTries", job.max_tries);
    text.add("maxExceptions", job.max_exceptions);
    if (!job.backoff_s.empty()) {
        text.add("backoff", comma_separated(job.backoff_s)); // the form Laravel splits
    }
    text.add("timeout", job.timeout_s);
    text.add("retryUntil", job.retry_until);
    if (!job.fail_on.empty()) {
        text.add("failOn", Json(job.fail_on));
    }
    if (!job.tags.empty()) {
        text.add("tags", Json(job.tags));
    }
    if (!job.batch_id.empty()) {
        text.add("batchId", job.batch_id);
    }
    if (!job.meta.is_null()) {
        text.add("meta", job.meta);
    }
    if (job.unique) {
        text.add("unique", hold_of(job));
    }
    add_chain(text, job);
    if (job.encrypted) {
        text.add("encrypted", Json(true));
    }
    if (!job.limit_key.empty()) {
        text.add("limitKey", Json(job.limit_key));
    }
    if (job.workflow_step) {
        text.add("workflowId", Json(job.workflow_step->workflow_id));
        text.add("workflowStep", Json(job.workflow_step->step));
    }
    text.add("data", job.args);
    return text.finish();
}

std::string with_exceptions(const std::string& payload, std::int64_t exceptions) {
    // The count is a suffix of the text, not a value in a parsed document: numbers too large for a
    // double and members that nobody here knows stay as they were. Of a key that stands twice, the
    // last counts, with our parser as with PHP's.
    const std::size_t brace = payload.find_last_not_of(whitespace);
    if (brace == std::string::npos || payload[brace] != '}') {
        return payload;
    }
    std::string_view body(payload.data(), brace);
    const std::size_t digits = body.find_last_not_of("0123456789");
    if (digits != std::string_view::npos && digits + 1 < body.size() &&
        body.substr(0, digits + 1).ends_with(exceptions_key)) {
        body = body.substr(0, digits + 1 - exceptions_key.size());
    }
    std::string text(body);
    text += exceptions_key;
    text += std::to_string(exceptions);
    text += '}';
    return text;
}

std::string without_batch(const std::string& payload) {
    return without_member(payload, "batchId");
}

std::string without_workflow(const std::string& payload) {
    return without_member(without_member(payload, "workflowId"), "workflowStep");
}

std::string without_catch(const std::string& payload) {
    return without_member(payload, "chainCatch");
}

std::int64_t
backoff_for(const std::vector<std::int64_t>& backoff_s, std::int64_t attempts, double random01) {
    const std::int64_t attempt = std::max<std::int64_t>(attempts, 1);
    if (!backoff_s.empty()) {
        const auto last = static_cast<std::int64_t>(backoff_s.size()) - 1;
        const auto index = static_cast<std::size_t>(std::min(attempt - 1, last));
        return std::clamp<std::int64_t>(backoff_s[index], 0, backoff_s_max);
    }
    constexpr std::int64_t hour_s = 3600;
    constexpr std::int64_t doublings_max = 12; // 2^12 s is more than an hour
    const std::int64_t base = std::min(hour_s, std::int64_t{1} << std::min(attempt, doublings_max));
    constexpr double factor_min = 0.75;
    constexpr double factor_range = 0.5;
    return std::llround(static_cast<double>(base) * (factor_min + factor_range * random01));
}

} // namespace bgerp::queue
