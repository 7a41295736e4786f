// A job kind that is a web service of the operator's choice (section `http` of the configuration).
// The job's arguments are POSTed as JSON, signed as Standard Webhooks has it: webhook-id is the
// job, webhook-timestamp the second, webhook-signature `v1,` and the base64 of HMAC-SHA-256 over
// "id.timestamp.body". 2xx completes the job with the answer as its output; 408, 425, 429, 5xx and
// no answer are tried again, not before Retry-After; anything else fails at once. The payload
// chooses neither address nor headers.
#pragma once

#include "base/config.hpp"
#include "worker/handler.hpp"

#include <memory>

namespace bgerp::worker {

/// Reads the secret. Throws Failure when the file can't be read or is empty.
[[nodiscard]] std::unique_ptr<Handler> make_http_handler(const HttpKindConfig& config);

} // namespace bgerp::worker
