// How a POST to a web service is signed, as Standard Webhooks has it: webhook-id names the message,
// webhook-timestamp the second, webhook-signature is `v1,` and the base64 of HMAC-SHA-256 over
// "id.timestamp.body". Used by job kinds that are web services and by alerts. Thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bgerp {

/// The first line of the file. Throws Failure when it can't be read or is empty.
[[nodiscard]] std::string read_webhook_secret(const std::string& path);

/// The value of webhook-signature. A key that begins with `whsec_` is base64, any other is taken
/// as it is.
[[nodiscard]] std::string webhook_signature(
    const std::string& key, std::string_view id, std::string_view timestamp, std::string_view body
);

/// Headers of a signed POST of JSON, at this moment. `id` must be fit for a header.
[[nodiscard]] std::vector<std::string>
webhook_headers(const std::string& key, const std::string& id, std::string_view body);

} // namespace bgerp
