#include "server/api_server.hpp"

#include "base/crypto.hpp"
#include "core_db/core_database.hpp"
#include "server/middleware/api_application.hpp"
#include "server/middleware/openapi.hpp"
#include "server/routes/endpoints.hpp"
#include "tenant_db/stat_keeper.hpp"

namespace bgerp::server {

namespace {

constexpr std::size_t bytes_per_kib = 1024;

http::HttpServerOptions options_of(const ServerConfig& config) {
    http::HttpServerOptions options;
    options.listen = config.listen;
    options.port = static_cast<std::uint16_t>(config.port);
    options.tls_cert_file = config.tls_cert_file;
    options.tls_key_file = config.tls_key_file;
    options.network_threads = static_cast<std::size_t>(config.network_threads);
    options.blocking_threads = static_cast<std::size_t>(config.database_threads);
    options.blocking_queue_max = static_cast<std::size_t>(config.database_queue_max);
    options.limits.connections_max = static_cast<std::size_t>(config.connections_max);
    options.limits.header_bytes_max =
        static_cast<std::size_t>(config.header_kib_max) * bytes_per_kib;
    options.limits.request_time = std::chrono::seconds(config.request_timeout_s);
    options.limits.idle_time = std::chrono::seconds(config.idle_timeout_s);
    return options;
}

} // namespace

struct ApiServer::Impl {
    explicit Impl(const Config& the_config)
        : config(the_config)
        , core(value_or_throw(core_db::CoreDatabase::open(config)))
        , directory(core->pool())
        , pools(config.database, core->credentials())
        , doorbell(core->pool())
        , tenancy(core->pool(), directory, config.server.base_domain, system_clock())
        , authentication(core->pool(), system_clock())
        , throttle(system_clock(), config.security.login_attempts_max)
        , kinds(config)
        , metrics(endpoint_labels(all_endpoints()))
        , services{
              config,
              core->pool(),
              pools,
              doorbell,
              tenancy,
              authentication,
              throttle,
              kinds,
              metrics,
              shapes,
              hmac_sha256_hex(core->credentials().core().password, "cursor"),
              hmac_sha256_hex(core->credentials().core().password, "lease"),
              to_text(openapi_document(all_endpoints())),
              [this] { return http_server.stats(); }}
        , stat_keeper([this] { return services.remote_stats.take(pools.queue_pool()); }, pulse)
        , application(all_endpoints(), services)
        , http_server(options_of(config.server), application) {}

    const Config config;
    std::unique_ptr<core_db::CoreDatabase> core;
    Directory directory;
    TenantPools pools;
    Doorbell doorbell;
    Tenancy tenancy;
    Authentication authentication;
    LoginThrottle throttle;
    const JobKinds kinds;
    Metrics metrics;
    data::TableShapes shapes{system_clock()};
    Services services;
    Pulse pulse; // nobody asks for it: the server has no watchdog
    StatKeeper stat_keeper;
    ApiApplication application;
    http::HttpServer http_server; // last: its threads use all of the above
};

ApiServer::ApiServer(const Config& config)
    : impl_(std::make_unique<Impl>(config)) {}

ApiServer::~ApiServer() = default;

void ApiServer::start() {
    impl_->http_server.start();
    if (impl_->config.queue.stats_keep_h > 0) {
        impl_->stat_keeper.start();
    }
}

void ApiServer::stop() {
    impl_->http_server.stop();
    impl_->stat_keeper.stop(); // writes what the last requests counted
}

std::uint16_t ApiServer::port() const {
    return impl_->http_server.port();
}

} // namespace bgerp::server
