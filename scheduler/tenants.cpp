#include "scheduler/tenants.hpp"

namespace bgerp::scheduler {

namespace {

constexpr std::chrono::seconds read_time{10};

// One for each loop, one to spare.
constexpr std::size_t queue_connections = 4;

} // namespace

Tenants::Tenants(core_db::CoreDatabase& core)
    : core_(core)
    , directory_(core.pool())
    , queue_pool_(core.credentials().endpoint(core.credentials().queue(), {}), queue_connections) {}

std::shared_ptr<const std::vector<Tenant>> Tenants::active() {
    return directory_.active(Deadline::after(read_time));
}

} // namespace bgerp::scheduler
