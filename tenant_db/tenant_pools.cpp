#include "tenant_db/tenant_pools.hpp"

#include <iterator>

namespace bgerp {

namespace {

// An epoch later the password is another, and so must the connections be.
std::string key_of(const Tenant& tenant) {
    return tenant.server + "/" + std::to_string(tenant.org_id) + "/" +
           std::to_string(tenant.epoch) + "/" + tenant.database;
}

} // namespace

TenantPools::TenantPools(const DatabaseConfig& config, core_db::Credentials credentials)
    : credentials_(std::move(credentials))
    , pools_max_(static_cast<std::size_t>(config.tenant_pools_max))
    , connections_max_(static_cast<std::size_t>(config.pool_connections_max))
    , queue_(credentials_.endpoint(credentials_.queue(), {}), connections_max_)
    , sweep_(credentials_.endpoint(credentials_.sweep(), {}), connections_max_) {}

std::shared_ptr<mysql::Pool> TenantPools::pool(const Tenant& tenant, Deadline deadline) {
    const std::string key = key_of(tenant);
    std::unique_ptr<mysql::Pool> closed; // outside the lock: closing talks to the network
    std::unique_lock lock(mutex_);
    for (;;) {
        const auto found = by_key_.find(key);
        if (found != by_key_.end()) {
            entries_.splice(entries_.begin(), entries_, found->second);
            return hold(found->second);
        }
        if (entries_.size() < pools_max_) {
            break;
        }
        closed = take_idle();
        if (closed) {
            break;
        }
        if (let_go_.wait_until(lock, deadline.at()) == std::cv_status::timeout) {
            throw Failure(
                ErrorCode::unavailable,
                "too many organizations are being worked for at once",
                "all " + std::to_string(pools_max_) + " tenant pools are held"
            );
        }
    }
    const auto account = credentials_.tenant(tenant.org_id, tenant.server, tenant.epoch);
    entries_.push_front(
        {key,
         std::make_unique<mysql::Pool>(
             credentials_.endpoint(account, tenant.database),
             connections_max_
         ),
         0}
    );
    by_key_[key] = entries_.begin();
    auto held = hold(entries_.begin());
    lock.unlock();
    return held;
}

std::unique_ptr<mysql::Pool> TenantPools::take_idle() {
    for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry) {
        if (entry->holders == 0) {
            auto pool = std::move(entry->pool);
            by_key_.erase(entry->key);
            entries_.erase(std::next(entry).base());
            return pool;
        }
    }
    return nullptr;
}

std::shared_ptr<mysql::Pool> TenantPools::hold(Entries::iterator entry) {
    ++entry->holders;
    return {entry->pool.get(), [this, entry](mysql::Pool*) { let_go(entry); }};
}

void TenantPools::let_go(Entries::iterator entry) {
    const std::lock_guard lock(mutex_);
    --entry->holders;
    let_go_.notify_one();
}

std::size_t TenantPools::open_pools() const {
    const std::lock_guard lock(mutex_);
    return entries_.size();
}

} // namespace bgerp
