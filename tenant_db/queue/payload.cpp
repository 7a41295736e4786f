#include "tenant_db/queue/payload.hpp"

#include "base/ids.hpp"
#include "tenant_db/queue/envelope_scan.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace bgerp::queue {

namespace {

constexpr std::string_view exceptions_key = ",\"exceptions\":";
constexpr std::string_view whitespace = " \t\r\n";

// 255 characters of four bytes. Longer ones can't be enqueued, and kinds stand in logs.
constexpr std::size_t kind_bytes_max = 1020;

// A year: a payload may ask for more than the column of the time can hold.
constexpr std::int64_t backoff_s_max = std::int64_t{366} * 24 * 3600;

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
    envelope.tags = texts_at(object, "tags");
    envelope.batch_id = text_at(object, "batchId");
    envelope.exceptions = std::max<std::int64_t>(number_at(object, "exceptions").value_or(0), 0);
    return envelope;
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

std::string comma_separated(const std::vector<std::int64_t>& numbers) {
    std::string text;
    for (const std::int64_t number : numbers) {
        text += (text.empty() ? "" : ",") + std::to_string(number);
    }
    return text;
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
    if (!job.tags.empty()) {
        text.add("tags", Json(job.tags));
    }
    if (!job.batch_id.empty()) {
        text.add("batchId", job.batch_id);
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
    if (!parse_envelope(payload)) { // also the limit on depth
        return payload;
    }
    auto object = nlohmann::ordered_json::parse(payload);
    object.erase("batchId");
    return object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
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
