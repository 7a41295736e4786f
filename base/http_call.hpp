// One POST over libcurl for a job: no redirects, certificates checked, the answer no larger than
// its limit, given up within a tenth of a second of being asked to. Nothing of this process's
// environment (proxies, netrc, cookies) has a say. Blocks until there is an answer or none will
// come. Thread-safe.
#pragma once

#include "base/error.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace bgerp {

struct HttpCall {
    std::string url;                  // http or https
    std::vector<std::string> headers; // "Name: value"
    std::string body;
    std::chrono::milliseconds timeout{30'000};
    std::size_t answer_bytes_max = 256UL * 1024;
    std::string ca_file; // authorities in PEM; empty: the system's
};

struct HttpAnswer {
    long status = 0;
    std::string body;
    std::optional<std::int64_t> retry_after_s; // what the answer's Retry-After says
};

/// Any status is an answer. cancelled: stopped on request; timeout; too_large: the answer passed
/// its limit; unavailable: no connection, no trust in it, or it broke.
[[nodiscard]] Result<HttpAnswer>
http_post(const HttpCall& call, const std::function<bool()>& stop_requested);

} // namespace bgerp
