// Where the worker learns which tenants there are: the platform's directory, behind an interface,
// so that the worker's loops depend on a list and two pools alone.
#pragma once

#include "base/mysql/pool.hpp"
#include "worker/fairness.hpp"

#include <memory>
#include <string>
#include <vector>

namespace bgerp::worker {

struct TenantPlace {
    Fairness::Key key = 0; // the organization's id
    std::string org;
    std::string database;
    double weight = 1;
    std::shared_ptr<mysql::Pool> queue_pool; // may work on the queue's tables of this server
    std::shared_ptr<mysql::Pool> sweep_pool; // may see that there is work, no more

    friend bool operator==(const TenantPlace&, const TenantPlace&) = default;
};

class TenantSource {
public:
    TenantSource() = default;
    TenantSource(const TenantSource&) = delete;
    TenantSource& operator=(const TenantSource&) = delete;
    virtual ~TenantSource() = default;

    /// All tenants whose jobs this worker may run now: active, placed, and selected by the
    /// operator. The same list as the last time as long as nothing changed. Blocking; throws
    /// Failure when the directory can't be read.
    [[nodiscard]] virtual std::shared_ptr<const std::vector<TenantPlace>> active() = 0;
};

} // namespace bgerp::worker
