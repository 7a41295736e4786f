// The counters of /metrics in Prometheus' text format: requests by endpoint and status, their
// durations, and the state of the HTTP core. Labels come from the table of endpoints, never from
// what a client sent, so their number is bounded. Thread-safe.
#pragma once

#include "server/http/http_server.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace bgerp::server {

class Metrics {
public:
    /// `endpoints` are the labels, in the order of the indexes given to observe().
    explicit Metrics(const std::vector<std::string>& endpoints);
    ~Metrics();
    Metrics(const Metrics&) = delete;
    Metrics& operator=(const Metrics&) = delete;

    /// One finished request; an index outside the table counts as "none".
    void observe(std::size_t endpoint, int status, std::chrono::nanoseconds duration);

    /// The whole document.
    [[nodiscard]] std::string text(const http::HttpServerStats& stats);

private:
    struct Impl;

    std::unique_ptr<Impl> impl_;
};

} // namespace bgerp::server
