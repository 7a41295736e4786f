#include "worker/handlers/http.hpp"

#include "base/crypto.hpp"
#include "base/ids.hpp"
#include "worker/handlers/http_call.hpp"
#include "worker/job_context.hpp"

#include <algorithm>
#include <fstream>

namespace bgerp::worker {

namespace {

constexpr std::size_t kib = 1024;
constexpr std::size_t shown_bytes_max = 300; // of an answer, in an error
constexpr std::string_view encoded_key = "whsec_";

std::string read_secret(const std::string& path) {
    std::ifstream file(path);
    std::string secret;
    if (!std::getline(file, secret) || secret.empty()) {
        throw Failure(ErrorCode::invalid_argument, "the secret file '" + path + "' can't be read");
    }
    return secret;
}

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
        , key_(read_secret(config.secret_file)) {}

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
        const auto now = std::chrono::system_clock::now().time_since_epoch();
        const std::string timestamp =
            std::to_string(std::chrono::duration_cast<std::chrono::seconds>(now).count());
        call.headers = {
            "Content-Type: application/json",
            "User-Agent: bgerp",
            "Expect:", // no pause before the body
            "webhook-id: " + id,
            "webhook-timestamp: " + timestamp,
            "webhook-signature: " + webhook_signature(key_, id, timestamp, call.body),
            "Bgerp-Org: " + context.org(),
            "Bgerp-Kind: " + config_.kind,
            "Bgerp-Attempt: " + std::to_string(context.attempt())};
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

std::string webhook_signature(
    const std::string& key, std::string_view id, std::string_view timestamp, std::string_view body
) {
    std::string bytes = key;
    if (key.starts_with(encoded_key)) {
        bytes = from_base64(std::string_view(key).substr(encoded_key.size())).value_or(key);
    }
    std::string signed_text;
    signed_text.reserve(id.size() + timestamp.size() + body.size() + 2);
    signed_text.append(id).append(".").append(timestamp).append(".").append(body);
    return "v1," + hmac_sha256_base64(bytes, signed_text);
}

} // namespace bgerp::worker
