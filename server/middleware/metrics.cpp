#include "server/middleware/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>
#include <sstream>

namespace bgerp::server {

namespace {

using Seconds = std::chrono::duration<double>;

// From a token's look-up to a report that takes its time.
const prometheus::Histogram::BucketBoundaries duration_buckets{
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30};

} // namespace

struct Metrics::Impl {
    prometheus::Registry registry;
    prometheus::Family<prometheus::Counter>& requests =
        prometheus::BuildCounter()
            .Name("bgerp_http_requests_total")
            .Help("Finished requests by endpoint and status")
            .Register(registry);
    prometheus::Family<prometheus::Histogram>& durations =
        prometheus::BuildHistogram()
            .Name("bgerp_http_request_seconds")
            .Help("From the end of a request's head to the end of the answer")
            .Register(registry);
    prometheus::Family<prometheus::Gauge>& core =
        prometheus::BuildGauge()
            .Name("bgerp_http_core")
            .Help("Open connections, requests on database threads, requests waiting for one")
            .Register(registry);
    prometheus::Family<prometheus::Gauge>& connections =
        prometheus::BuildGauge()
            .Name("bgerp_http_connections_since_start")
            .Help("Connections accepted, and refused because there were too many")
            .Register(registry);
    std::vector<std::string> labels;
    std::vector<prometheus::Histogram*> histograms; // by endpoint
};

Metrics::Metrics(const std::vector<std::string>& endpoints)
    : impl_(std::make_unique<Impl>()) {
    impl_->labels = endpoints;
    impl_->labels.emplace_back("none");
    for (const std::string& label : impl_->labels) {
        impl_->histograms.push_back(&impl_->durations.Add({{"endpoint", label}}, duration_buckets));
    }
}

Metrics::~Metrics() = default;

void Metrics::observe(std::size_t endpoint, int status, std::chrono::nanoseconds duration) {
    const std::size_t index = std::min(endpoint, impl_->labels.size() - 1);
    impl_->histograms[index]->Observe(Seconds(duration).count());
    impl_->requests.Add({{"endpoint", impl_->labels[index]}, {"status", std::to_string(status)}}
    ).Increment();
}

std::string Metrics::text(const http::HttpServerStats& stats) {
    const auto set = [](auto& family, const char* what, double value) {
        family.Add({{"what", what}}).Set(value);
    };
    set(impl_->core, "connections", static_cast<double>(stats.connections));
    set(impl_->core, "running", static_cast<double>(stats.blocking_running));
    set(impl_->core, "waiting", static_cast<double>(stats.blocking_waiting));
    set(impl_->connections, "accepted", static_cast<double>(stats.accepted));
    set(impl_->connections, "refused", static_cast<double>(stats.refused));
    std::ostringstream out;
    prometheus::TextSerializer().Serialize(out, impl_->registry.Collect());
    return out.str();
}

} // namespace bgerp::server
