#include "worker/handlers/http.hpp"

#include "base/http_call.hpp"
#include "base/ids.hpp"
#include "base/webhook.hpp"
#include "worker/job_context.hpp"

namespace bgerp::worker {

namespace {

constexpr std::size_t kib = 1024;
constexpr std::size_t shown_bytes_max = 300; // of an answer, in an error

bool worth_another_try(long status) {
    constexpr long request_timeout = 408;
    constexpr long too_early = 425;
    constexpr long too_many_requests = 429;
    constexpr long server_errors = 500;
    return status == request_timeout || status == too_early || status == too_many_requests ||
           status >= server_errors;
}

class HttpHandler final : public Handler {
public:
    explicit HttpHandler(const HttpKindConfig& config)
        : config_(config)
        , key_(read_webhook_secret(config.secret_file)) {}

    Result<Json> run(JobContext& context) override {
        const auto answer = http_post(call_for(context), [&] { return context.stop_requested(); });
        if (!answer) {
            return tl::unexpected<Error>(answer.error());
        }
        return judge(*answer, context);
    }

private:
    [[nodiscard]] HttpCall call_for(const JobContext& context) const {
        HttpCall call;
        call.url = config_.url;
        call.body = to_text(context.args());
        call.timeout = std::chrono::seconds(config_.timeout_s);
        call.answer_bytes_max = static_cast<std::size_t>(config_.output_kib_max) * kib;
        call.ca_file = config_.ca_file;
        // Others write uuids too: what isn't one must not get into a header.
        const std::string& uuid = context.envelope().uuid;
        const std::string id = is_uuid(uuid) ? uuid : "none";
        call.headers = webhook_headers(key_, id, call.body);
        call.headers.push_back("Bgerp-Org: " + context.org());
        call.headers.push_back("Bgerp-Kind: " + config_.kind);
        call.headers.push_back("Bgerp-Attempt: " + std::to_string(context.attempt()));
        return call;
    }

    static Result<Json> judge(const HttpAnswer& answer, JobContext& context) {
        constexpr long ok = 200;
        constexpr long redirects = 300;
        if (answer.status >= ok && answer.status < redirects) {
            if (answer.body.empty()) {
                return Json();
            }
            auto output = parse_json(answer.body);
            return output ? std::move(*output) : Json(answer.body);
        }
        context.name_error("http:" + std::to_string(answer.status));
        std::string message = "the service answered " + std::to_string(answer.status);
        if (!answer.body.empty()) {
            message += ": " + answer.body.substr(0, shown_bytes_max);
        }
        if (!worth_another_try(answer.status)) {
            return fail(ErrorCode::invalid_argument, std::move(message));
        }
        if (answer.retry_after_s) {
            context.retry_after(std::chrono::seconds(*answer.retry_after_s));
        }
        return fail(ErrorCode::unavailable, std::move(message));
    }

    const HttpKindConfig config_;
    const std::string key_;
};

} // namespace

std::unique_ptr<Handler> make_http_handler(const HttpKindConfig& config) {
    return std::make_unique<HttpHandler>(config);
}

} // namespace bgerp::worker
