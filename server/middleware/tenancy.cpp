#include "server/middleware/tenancy.hpp"

#include "core_db/organization_domain.hpp"

namespace bgerp::server {

namespace {

constexpr std::chrono::seconds cached_for{2};
// Hosts are what clients say: made-up ones must not fill the memory.
constexpr std::size_t domains_max = 10'000;

} // namespace

Tenancy::Tenancy(
    mysql::Pool& core, Directory& directory, std::string base_domain, const Clock& clock
)
    : core_(core)
    , directory_(directory)
    , base_domain_(std::move(base_domain))
    , clock_(clock) {}

Result<std::optional<OrgCode>> Tenancy::org_of_host(std::string_view host, Deadline deadline) {
    const HostTenant named = host_tenant(host, base_domain_);
    switch (named.kind) {
    case HostTenant::Kind::none:
        return std::nullopt;
    case HostTenant::Kind::org:
        return value_or_throw(OrgCode::parse(named.name));
    case HostTenant::Kind::domain:
        if (auto org = org_of_domain(named.name, deadline)) {
            return org;
        }
        break;
    case HostTenant::Kind::unknown:
        break;
    }
    return fail(ErrorCode::not_found, "no organization lives under this host name");
}

std::optional<OrgCode> Tenancy::org_of_domain(const std::string& domain, Deadline deadline) {
    const auto now = clock_.steady_now();
    {
        const std::lock_guard lock(mutex_);
        const auto found = domains_.find(domain);
        if (found != domains_.end() && now < found->second.until) {
            return found->second.org;
        }
    }
    auto org = core_db::find_org_of_domain(*core_.acquire(deadline), domain);
    const std::lock_guard lock(mutex_);
    if (domains_.size() >= domains_max) {
        domains_.clear();
    }
    domains_.insert_or_assign(domain, Entry{org, now + cached_for});
    return org;
}

Result<Tenant> Tenancy::resolve(
    const std::optional<OrgCode>& by_host, const std::optional<OrgCode>& named, Deadline deadline
) {
    if (by_host && named && *by_host != *named) {
        return fail(ErrorCode::forbidden, "the host belongs to another organization");
    }
    if (!by_host && !named) {
        return fail(ErrorCode::invalid_argument, "which organization?", "org");
    }
    return directory_.find_active(by_host ? *by_host : *named, deadline);
}

} // namespace bgerp::server
