#include "tenant_db/alerts/alert_teller.hpp"

#include "base/crypto.hpp"
#include "base/http_call.hpp"
#include "base/tell_program.hpp"
#include "base/webhook.hpp"
#include "tenant_db/alerts/alert_rules.hpp"

namespace bgerp::alerts {

namespace {

constexpr std::size_t answer_bytes_max = 64UL * 1024;

using StopAsked = std::function<bool()>;

Result<void> run_program(
    const AlertConfig& rule, const AlertNews& news, const std::string& body, const StopAsked& stop
) {
    TellProgram program;
    program.command = rule.command;
    program.environment = {
        {"BGERP_ALERT", rule.name},
        {"BGERP_ALERT_EVENT", news.event},
        {"BGERP_ORG", news.key.org}};
    program.timeout = std::chrono::seconds(rule.timeout_s);
    return tell_program(program, body, stop);
}

// The same for each try, so that a service can do things once.
std::string message_id(const AlertNews& news) {
    constexpr std::size_t digits = 32;
    const std::string text = news.event + "\n" + news.key.rule + "\n" + news.key.org + "\n" +
                             news.key.queue + "\n" + news.began_at;
    return "alert_" + sha256_hex(text).substr(0, digits);
}

Result<void> post(
    const AlertConfig& rule, const AlertNews& news, const std::string& body, const StopAsked& stop
) {
    HttpCall call;
    call.url = rule.url;
    call.body = body;
    call.timeout = std::chrono::seconds(rule.timeout_s);
    call.answer_bytes_max = answer_bytes_max;
    call.ca_file = rule.ca_file;
    call.headers =
        webhook_headers(read_webhook_secret(rule.secret_file), message_id(news), call.body);
    const auto answer = http_post(call, stop);
    if (!answer) {
        return tl::unexpected<Error>(answer.error());
    }
    constexpr long ok = 200;
    constexpr long redirects = 300;
    if (answer->status < ok || answer->status >= redirects) {
        return fail(
            ErrorCode::unavailable,
            "the service answered " + std::to_string(answer->status)
        );
    }
    return {};
}

} // namespace

Json news_to_json(const AlertConfig& rule, const AlertNews& news) {
    return {
        {"event", news.event},
        {"alert", rule.name},
        {"org", news.key.org},
        {"queue", news.key.queue},
        {"condition", condition_name(rule.condition)},
        {"limit", rule.limit},
        {"value", news.value},
        {"text", describe(rule, news.value)},
        {"began_at", news.began_at}};
}

Result<void>
tell_alert(const AlertConfig& rule, const AlertNews& news, const StopAsked& stop_requested) {
    const std::string body = to_text(news_to_json(rule, news));
    try {
        return rule.command.empty() ? post(rule, news, body, stop_requested)
                                    : run_program(rule, news, body, stop_requested);
    } catch (const Failure& failure) { // the secret can't be read
        return tl::unexpected<Error>(failure.error());
    }
}

} // namespace bgerp::alerts
