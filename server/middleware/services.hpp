// What middleware and routes work with: the parts of the program, made once by main and shared by
// all requests. Each part is thread-safe.
#pragma once

#include "base/config.hpp"
#include "base/mysql/pool.hpp"
#include "server/http/http_server.hpp"
#include "server/middleware/authentication.hpp"
#include "server/middleware/follower_places.hpp"
#include "server/middleware/job_kinds.hpp"
#include "server/middleware/login_throttle.hpp"
#include "server/middleware/metrics.hpp"
#include "server/middleware/remote_stats.hpp"
#include "server/middleware/tenancy.hpp"
#include "tenant_db/data/table_shape.hpp"
#include "tenant_db/doorbell.hpp"
#include "tenant_db/tenant_pools.hpp"

#include <functional>
#include <string>

namespace bgerp::server {

/// Who may follow events at one time in this process: in all, and of one organization.
inline constexpr int followers_max = 1000;
inline constexpr int followers_of_one_max = 100;

struct Services {
    const Config& config;
    mysql::Pool& core; // in the platform's own database
    TenantPools& pools;
    Doorbell& doorbell;
    Tenancy& tenancy;
    Authentication& authentication;
    LoginThrottle& throttle;
    const JobKinds& kinds;
    Metrics& metrics;
    data::TableShapes& shapes;
    std::string cursor_key;                            // signs the cursors of lists
    std::string lease_key;                             // signs the leases of remote workers
    std::string openapi;                               // the document's text
    std::function<http::HttpServerStats()> core_stats; // of the HTTP core
    FollowerPlaces followers{followers_max, followers_of_one_max};
    RemoteStats remote_stats{};
};

} // namespace bgerp::server
