#include "tenant_db/directory.hpp"

namespace bgerp {

namespace {

constexpr std::chrono::seconds cache_lifetime{2};

// Codes that nobody has are remembered too; whoever tries many must not fill the memory with them.
constexpr std::size_t cached_codes_max = 20'000;

} // namespace

Directory::Directory(mysql::Pool& core, const Clock& clock)
    : core_(core)
    , clock_(clock)
    , list_(std::make_shared<CachedList>()) {}

template <class Value>
Value Directory::fresh(Cached<Value>& cached, const std::function<Value()>& load) const {
    const std::lock_guard lock(cached.loading);
    const auto now = clock_.steady_now();
    if (!cached.loaded_at || now - *cached.loaded_at >= cache_lifetime) {
        cached.value = load();
        cached.loaded_at = now;
    }
    return cached.value;
}

std::shared_ptr<Directory::CachedTenant> Directory::entry_of(const OrgCode& code) {
    const std::lock_guard lock(mutex_);
    if (tenants_.size() >= cached_codes_max && tenants_.count(code) == 0) {
        tenants_.clear();
    }
    auto& entry = tenants_[code];
    if (!entry) {
        entry = std::make_shared<CachedTenant>();
    }
    return entry;
}

Result<Tenant> Directory::find(const OrgCode& code, Deadline deadline) {
    const auto entry = entry_of(code);
    auto tenant = fresh<std::optional<Tenant>>(*entry, [&]() -> std::optional<Tenant> {
        auto organization = core_db::find_organization(*core_.acquire(deadline), code);
        if (!organization) {
            return std::nullopt;
        }
        return tenant_of(std::move(*organization));
    });
    if (!tenant) {
        return fail(ErrorCode::not_found, "no organization '" + code.str() + "'", "org");
    }
    return std::move(*tenant);
}

Result<Tenant> Directory::find_active(const OrgCode& code, Deadline deadline) {
    auto tenant = find(code, deadline);
    if (tenant && !tenant->active()) {
        return fail(
            ErrorCode::forbidden,
            "organization '" + code.str() + "' is " +
                std::string(core_db::organization_state_name(tenant->state)),
            "org"
        );
    }
    return tenant;
}

std::shared_ptr<const std::vector<Tenant>> Directory::active(Deadline deadline) {
    std::shared_ptr<CachedList> list;
    {
        const std::lock_guard lock(mutex_);
        list = list_;
    }
    return fresh<std::shared_ptr<const std::vector<Tenant>>>(*list, [&] {
        auto tenants = std::make_shared<std::vector<Tenant>>();
        const auto connection = core_.acquire(deadline);
        for (auto& organization : core_db::list_organizations(*connection, TenantState::active)) {
            tenants->push_back(tenant_of(std::move(organization)));
        }
        return tenants;
    });
}

void Directory::forget() {
    const std::lock_guard lock(mutex_);
    tenants_.clear();
    list_ = std::make_shared<CachedList>();
}

} // namespace bgerp
