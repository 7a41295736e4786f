#include "base/webhook.hpp"

#include "base/crypto.hpp"
#include "base/error.hpp"

#include <chrono>
#include <fstream>

namespace bgerp {

std::string read_webhook_secret(const std::string& path) {
    std::ifstream file(path);
    std::string secret;
    if (!std::getline(file, secret) || secret.empty()) {
        throw Failure(ErrorCode::invalid_argument, "the secret file '" + path + "' can't be read");
    }
    return secret;
}

std::string webhook_signature(
    const std::string& key, std::string_view id, std::string_view timestamp, std::string_view body
) {
    constexpr std::string_view encoded_key = "whsec_";
    std::string bytes = key;
    if (key.starts_with(encoded_key)) {
        bytes = from_base64(std::string_view(key).substr(encoded_key.size())).value_or(key);
    }
    std::string signed_text;
    signed_text.reserve(id.size() + timestamp.size() + body.size() + 2);
    signed_text.append(id).append(".").append(timestamp).append(".").append(body);
    return "v1," + hmac_sha256_base64(bytes, signed_text);
}

std::vector<std::string>
webhook_headers(const std::string& key, const std::string& id, std::string_view body) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const std::string timestamp =
        std::to_string(std::chrono::duration_cast<std::chrono::seconds>(now).count());
    return {
        "Content-Type: application/json",
        "User-Agent: bgerp",
        "Expect:", // no pause before the body
        "webhook-id: " + id,
        "webhook-timestamp: " + timestamp,
        "webhook-signature: " + webhook_signature(key, id, timestamp, body)};
}

} // namespace bgerp
