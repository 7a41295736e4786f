#include "base/ids.hpp"
#include "tenant_db/queue/envelope_scan.hpp"
#include "tenant_db/queue/payload.hpp"
#include "tenant_db/queue/unique_rule.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace bgerp::queue {

namespace {

// 255 characters of four bytes. Longer ones can't be enqueued, and kinds stand in logs.
constexpr std::size_t kind_bytes_max = 1020;

std::optional<std::int64_t> number_in(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return value;
}

// What others write where a number belongs: a number, a number as text, null or nonsense.
std::optional<std::int64_t> lenient_number(const Json& value) {
    if (value.is_number_unsigned()) {
        const auto number = value.get<std::uint64_t>();
        return number > INT64_MAX ? std::nullopt : std::optional(static_cast<std::int64_t>(number));
    }
    if (value.is_number_integer()) {
        return value.get<std::int64_t>();
    }
    if (value.is_number_float()) {
        constexpr double safe = 9.0e15; // doubles below it hold every whole number
        const auto number = value.get<double>();
        return std::isfinite(number) && std::abs(number) < safe
                   ? std::optional(static_cast<std::int64_t>(number))
                   : std::nullopt;
    }
    return value.is_string() ? number_in(value.get_ref<const std::string&>()) : std::nullopt;
}

const Json* member(const Json& object, const char* key) {
    const auto found = object.find(key);
    return found == object.end() || found->is_null() ? nullptr : &*found;
}

std::optional<std::int64_t> number_at(const Json& object, const char* key) {
    const Json* value = member(object, key);
    return value == nullptr ? std::nullopt : lenient_number(*value);
}

std::string text_at(const Json& object, const char* key) {
    const Json* value = member(object, key);
    return value != nullptr && value->is_string() ? value->get<std::string>() : std::string();
}

// 5, "5", "1,5,10", [1, "5"]: Laravel's payloads have had them all.
std::vector<std::int64_t> backoff_in(const Json& value) {
    std::vector<std::int64_t> list;
    const auto add = [&](std::optional<std::int64_t> number) {
        if (number) {
            list.push_back(std::max<std::int64_t>(*number, 0));
        }
    };
    if (value.is_array()) {
        for (const Json& entry : value) {
            add(lenient_number(entry));
        }
    } else if (value.is_string()) {
        std::string_view rest = value.get_ref<const std::string&>();
        while (!rest.empty()) {
            const std::size_t comma = std::min(rest.find(','), rest.size());
            std::string_view entry = rest.substr(0, comma);
            entry.remove_prefix(std::min(entry.find_first_not_of(' '), entry.size()));
            add(number_in(entry));
            rest.remove_prefix(std::min(comma + 1, rest.size()));
        }
    } else {
        add(lenient_number(value));
    }
    return list;
}

Json json_at(const Json& object, const char* key) {
    const Json* value = member(object, key);
    return value == nullptr ? Json() : *value;
}

std::vector<std::string> texts_at(const Json& object, const char* key) {
    std::vector<std::string> texts;
    const Json* value = member(object, key);
    if (value != nullptr && value->is_array()) {
        for (const Json& entry : *value) {
            if (entry.is_string()) {
                texts.push_back(entry.get<std::string>());
            }
        }
    }
    return texts;
}

std::optional<UniqueHold> hold_in(const Json& object) {
    const Json* value = member(object, "unique");
    if (value == nullptr || !value->is_object()) {
        return std::nullopt;
    }
    UniqueHold hold;
    hold.key = text_at(*value, "key");
    hold.period_s = std::max<std::int64_t>(number_at(*value, "period_s").value_or(0), 0);
    const std::string until = text_at(*value, "until");
    for (const auto known : {UniqueRule::Until::start, UniqueRule::Until::period}) {
        hold.until = until == until_name(known) ? known : hold.until;
    }
    return hold;
}

Envelope envelope_of(const Json& object) {
    Envelope envelope;
    envelope.uuid = text_at(object, "uuid");
    envelope.kind = text_at(object, "job");
    envelope.display_name = text_at(object, "displayName");
    const Json* args = member(object, "data");
    // PHP writes an empty array for an empty object.
    if (args != nullptr && !(args->is_array() && args->empty())) {
        envelope.args = *args;
    }
    envelope.max_tries = number_at(object, "maxTries");
    envelope.max_exceptions = number_at(object, "maxExceptions");
    const Json* backoff = member(object, "backoff");
    if (backoff == nullptr) {
        backoff = member(object, "delay"); // its name until Laravel 7
    }
    if (backoff != nullptr) {
        envelope.backoff_s = backoff_in(*backoff);
    }
    envelope.timeout_s = number_at(object, "timeout");
    envelope.retry_until = number_at(object, "retryUntil");
    if (!envelope.retry_until) {
        envelope.retry_until = number_at(object, "timeoutAt"); // its name until Laravel 7
    }
    envelope.fail_on = texts_at(object, "failOn");
    envelope.tags = texts_at(object, "tags");
    envelope.batch_id = text_at(object, "batchId");
    envelope.limit_key = text_at(object, "limitKey");
    const std::optional<std::int64_t> step = number_at(object, "workflowStep");
    std::string workflow_id = text_at(object, "workflowId");
    if (step && is_uuid(workflow_id)) {
        envelope.workflow_step = {std::move(workflow_id), *step};
    }
    envelope.meta = json_at(object, "meta");
    envelope.unique = hold_in(object);
    envelope.chain = json_at(object, "chain");
    envelope.chain_catch = json_at(object, "chainCatch");
    envelope.previous = json_at(object, "previous");
    envelope.previous_uuid = text_at(object, "previousUuid");
    envelope.encrypted = json_at(object, "encrypted") == true;
    envelope.exceptions = std::max<std::int64_t>(number_at(object, "exceptions").value_or(0), 0);
    return envelope;
}

} // namespace

Result<Envelope> parse_envelope(std::string_view payload) {
    if (auto scanned = scan_envelope(payload)) {
        return std::move(*scanned);
    }
    const Result<Json> parsed = parse_json(payload);
    if (!parsed) {
        return tl::unexpected(parsed.error());
    }
    if (!parsed->is_object()) {
        return fail(ErrorCode::invalid_argument, "the payload is not a JSON object");
    }
    Envelope envelope = envelope_of(*parsed);
    if (envelope.kind.empty()) {
        return fail(ErrorCode::invalid_argument, "the payload names no job", "job");
    }
    if (envelope.kind.size() > kind_bytes_max) {
        return fail(
            ErrorCode::invalid_argument,
            "the name of the payload's job is too long",
            "job"
        );
    }
    return envelope;
}

std::string envelope_uuid(std::string_view payload) {
    constexpr std::string_view opening = "{\"uuid\":\"";
    constexpr std::size_t uuid_length = 36;
    if (payload.starts_with(opening)) {
        const std::string_view candidate = payload.substr(opening.size(), uuid_length);
        if (is_uuid(candidate) && payload.substr(opening.size() + uuid_length, 1) == "\"") {
            return std::string(candidate);
        }
    }
    const Result<Json> parsed = parse_json(payload);
    if (!parsed || !parsed->is_object()) {
        return {};
    }
    std::string uuid = text_at(*parsed, "uuid");
    return is_uuid(uuid) ? uuid : std::string();
}

} // namespace bgerp::queue
