#include "tenant_db/queue/batch_options.hpp"

#include "tenant_db/queue/job_document.hpp"

namespace bgerp::queue {

namespace {

void put_job(Json& object, const char* key, const std::optional<NewJob>& job) {
    if (job) {
        object[key] = job_to_json(*job);
    }
}

std::optional<NewJob> get_job(const Json& object, const char* key) {
    const auto found = object.find(key);
    return found == object.end() ? std::nullopt : std::optional(job_from_json(*found));
}

// Laravel reads `options` with PHP's unserialize, and fails where it can't: the column holds a PHP
// array of two elements, of which the second is all of it as JSON. Lengths count bytes.
constexpr std::string_view allow_key = "a:2:{s:13:\"allowFailures\";b:";
constexpr std::string_view own_key = ";s:5:\"bgerp\";s:";
constexpr std::string_view own_end = "\";}";

std::string as_php(bool allow_failures, const std::string& json) {
    std::string text(allow_key);
    text.append(allow_failures ? "1" : "0").append(own_key);
    text.append(std::to_string(json.size())).append(":\"").append(json).append(own_end);
    return text;
}

// The JSON in what as_php wrote; a text that is no such array is taken for JSON itself, which is
// what stood there before.
std::string_view json_in(std::string_view text) {
    if (!text.starts_with(allow_key) || !text.ends_with(own_end)) {
        return text;
    }
    const std::size_t opening = text.find('{', allow_key.size());
    return opening == std::string_view::npos
               ? text
               : text.substr(opening, text.size() - own_end.size() - opening);
}

} // namespace

std::string compose_options(const BatchOptions& options) {
    Json object{{"allow_failures", options.allow_failures}};
    put_job(object, "then", options.then_job);
    put_job(object, "catch", options.catch_job);
    put_job(object, "finally", options.finally_job);
    return as_php(options.allow_failures, to_text(object));
}

BatchOptions parse_options(const std::string& text) {
    // Written by this code, with args a few levels down: twice the depth of what was accepted.
    const Json object = value_or_throw(parse_json(json_in(text), 2 * json_depth_max));
    try {
        BatchOptions options;
        options.allow_failures = object.at("allow_failures");
        options.then_job = get_job(object, "then");
        options.catch_job = get_job(object, "catch");
        options.finally_job = get_job(object, "finally");
        return options;
    } catch (const Json::exception& error) {
        throw Failure(ErrorCode::internal, "a batch's options can't be read", error.what());
    }
}

} // namespace bgerp::queue
