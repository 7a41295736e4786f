#include "worker/hooks.hpp"

#include "base/iso_date.hpp"
#include "base/tell_program.hpp"

namespace bgerp::worker {

namespace {

constexpr std::size_t error_bytes_max = 4000;

bool name_matches(std::string_view wanted, std::string_view name) {
    if (wanted.ends_with('*')) {
        return name.starts_with(wanted.substr(0, wanted.size() - 1));
    }
    return wanted.empty() || wanted == name;
}

const char* state_after(const HookNews& news) {
    switch (news.event) {
    case HookEvent::started:
        return "running";
    case HookEvent::completed:
        return "completed";
    case HookEvent::failed:
        return news.retry_in_s == 0 ? "available" : "retryable";
    case HookEvent::dead:
        return "failed";
    }
    return "";
}

std::string two_digits(std::int64_t number) {
    constexpr std::int64_t ten = 10;
    return (number < ten ? "0" : "") + std::to_string(number);
}

std::string utc_text(std::chrono::system_clock::time_point at) {
    const auto second = std::chrono::floor<std::chrono::seconds>(at);
    const auto day = std::chrono::floor<std::chrono::days>(second);
    const std::chrono::hh_mm_ss<std::chrono::seconds> time(second - day);
    return format_iso_date(std::chrono::year_month_day(day)) + "T" +
           two_digits(time.hours().count()) + ":" + two_digits(time.minutes().count()) + ":" +
           two_digits(time.seconds().count()) + "Z";
}

Json text_or_null(const std::string& text) {
    return text.empty() ? Json() : Json(text);
}

Json ms_or_null(const std::optional<std::chrono::microseconds>& duration) {
    constexpr double us_per_ms = 1000.0;
    return duration ? Json(static_cast<double>(duration->count()) / us_per_ms) : Json();
}

} // namespace

std::string_view hook_event_name(HookEvent event) {
    switch (event) {
    case HookEvent::started:
        return "started";
    case HookEvent::completed:
        return "completed";
    case HookEvent::failed:
        return "failed";
    case HookEvent::dead:
        return "dead";
    }
    return "";
}

bool hook_wants(
    const HookConfig& hook, HookEvent event, std::string_view queue, std::string_view kind
) {
    return hook.on == event && name_matches(hook.queue, queue) && name_matches(hook.kind, kind);
}

Json hook_news_to_json(const HookNews& news) {
    return {
        {"event", std::string(hook_event_name(news.event))},
        {"org", news.org},
        {"id", news.id},
        {"uuid", text_or_null(news.uuid)},
        {"kind", text_or_null(news.kind)},
        {"queue", news.queue},
        {"attempt", news.attempt},
        {"state", state_after(news)},
        {"error", text_or_null(news.error.substr(0, error_bytes_max))},
        {"retry_in_s", news.retry_in_s ? Json(*news.retry_in_s) : Json()},
        {"waited_ms", ms_or_null(news.waited)},
        {"ran_ms", ms_or_null(news.ran)},
        {"at", utc_text(news.at)}};
}

Result<void> run_hook(
    const HookConfig& hook, const HookNews& news, const std::function<bool()>& stop_requested
) {
    TellProgram program;
    program.command = hook.exec;
    program.environment = {
        {"BGERP_HOOK", std::string(hook_event_name(news.event))},
        {"BGERP_ORG", news.org},
        {"BGERP_JOB_UUID", news.uuid}};
    program.timeout = std::chrono::seconds(hook.timeout_s);
    return tell_program(program, to_text(hook_news_to_json(news)), stop_requested);
}

} // namespace bgerp::worker
