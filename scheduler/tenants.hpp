// The tenants that the scheduler serves, and its connections to them: the directory's list and one
// pool under the queue's account. Thread-safe.
#pragma once

#include "core_db/core_database.hpp"
#include "tenant_db/directory.hpp"

namespace bgerp::scheduler {

class Tenants {
public:
    /// `core` must outlive this object.
    explicit Tenants(core_db::CoreDatabase& core);

    /// All active tenants. Blocking; throws Failure.
    [[nodiscard]] std::shared_ptr<const std::vector<Tenant>> active();

    [[nodiscard]] mysql::Pool& queue_pool() { return queue_pool_; }

    [[nodiscard]] mysql::Pool& core_pool() { return core_.pool(); }

private:
    core_db::CoreDatabase& core_;
    Directory directory_;
    mysql::Pool queue_pool_;
};

} // namespace bgerp::scheduler
