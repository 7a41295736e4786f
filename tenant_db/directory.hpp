// Which tenants there are and where: the core database's rows behind a cache of two seconds, so
// that a suspended tenant is out everywhere within that time. Of many callers that miss the cache
// at once, one asks the database and the others wait for its answer. Thread-safe. Blocking.
#pragma once

#include "base/clock.hpp"
#include "base/mysql/pool.hpp"
#include "tenant_db/tenant.hpp"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace bgerp {

class Directory {
public:
    /// The pool is the core account's and must outlive the directory.
    explicit Directory(mysql::Pool& core, const Clock& clock = system_clock());

    /// The tenant in any state; not_found. Throws mysql::DatabaseError.
    [[nodiscard]] Result<Tenant> find(const OrgCode& code, Deadline deadline);

    /// The tenant if it may be worked for; otherwise not_found, or forbidden with its state.
    [[nodiscard]] Result<Tenant> find_active(const OrgCode& code, Deadline deadline);

    /// All active tenants by code. The list is shared, never changed.
    [[nodiscard]] std::shared_ptr<const std::vector<Tenant>> active(Deadline deadline);

    /// Drops what is cached: the next call sees the database.
    void forget();

private:
    template <class Value>
    struct Cached {
        std::mutex loading; // held by the one who asks the database
        std::optional<std::chrono::steady_clock::time_point> loaded_at;
        Value value;
    };

    using CachedTenant = Cached<std::optional<Tenant>>;
    using CachedList = Cached<std::shared_ptr<const std::vector<Tenant>>>;

    [[nodiscard]] std::shared_ptr<CachedTenant> entry_of(const OrgCode& code);

    template <class Value>
    [[nodiscard]] Value fresh(Cached<Value>& cached, const std::function<Value()>& load) const;

    mysql::Pool& core_;
    const Clock& clock_;
    std::mutex mutex_; // of the two below, not of what they point to
    std::map<OrgCode, std::shared_ptr<CachedTenant>> tenants_;
    std::shared_ptr<CachedList> list_;
};

} // namespace bgerp
