#include "worker/directory_source.hpp"

#include "core_db/platform_pause.hpp"

namespace bgerp::worker {

namespace {

constexpr std::chrono::seconds read_time{5};

// Beside one connection a slot: reserver, two completers, renewer, discovery, and some to spare.
constexpr std::size_t queue_connections_extra = 8;
constexpr std::size_t sweep_connections = 2;

} // namespace

DirectorySource::DirectorySource(
    const Config& config, core_db::CoreDatabase& core, std::set<std::string> orgs
)
    : orgs_(std::move(orgs))
    , core_(core.pool())
    , directory_(core.pool())
    , pools_(config.database, core.credentials())
    , queue_pool_(std::make_shared<mysql::Pool>(
          core.credentials().endpoint(core.credentials().queue(), {}),
          static_cast<std::size_t>(config.worker.concurrency) + queue_connections_extra
      ))
    , sweep_pool_(std::make_shared<mysql::Pool>(
          core.credentials().endpoint(core.credentials().sweep(), {}), sweep_connections
      )) {}

std::shared_ptr<const std::vector<TenantPlace>> DirectorySource::active() {
    auto places = std::make_shared<std::vector<TenantPlace>>();
    const bool paused =
        core_db::platform_pause(*core_.acquire(Deadline::after(read_time))).has_value();
    for (const Tenant& tenant : *directory_.active(Deadline::after(read_time))) {
        if (!paused && (orgs_.empty() || orgs_.count(tenant.code.str()) != 0)) {
            places->push_back(
                {tenant.org_id,
                 tenant.code.str(),
                 tenant.database,
                 static_cast<double>(tenant.weight),
                 queue_pool_,
                 sweep_pool_}
            );
        }
    }
    const std::lock_guard lock(mutex_);
    if (!places_ || *places_ != *places) {
        places_ = std::move(places);
    }
    return places_;
}

std::shared_ptr<mysql::Pool> DirectorySource::open_pool(const ServedTenant& tenant) {
    const Deadline deadline = Deadline::after(read_time);
    const auto code = value_or_throw(OrgCode::parse(tenant.org));
    return pools_.pool(value_or_throw(directory_.find_active(code, deadline)), deadline);
}

} // namespace bgerp::worker
