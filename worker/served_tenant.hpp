// A tenant as the worker's threads share it: what its statements are addressed to, and what its
// jobs have cost since the reserver last looked. Made by discovery, handed around by shared_ptr, so
// that a tenant that is suspended stays valid for the jobs still in hand.
#pragma once

#include "base/mysql/pool.hpp"
#include "tenant_db/queue/schema.hpp"
#include "worker/fairness.hpp"

#include <atomic>
#include <memory>
#include <string>

namespace bgerp::worker {

struct ServedTenant {
    ServedTenant(
        Fairness::Key tenant_key,
        std::string org_code,
        const std::string& database_name,
        double fair_weight,
        std::shared_ptr<mysql::Pool> pool
    )
        : key(tenant_key)
        , org(std::move(org_code))
        , database(database_name)
        , weight(fair_weight)
        , schema(queue::QueueSchema::of(database_name))
        , queue_pool(std::move(pool)) {}

    const Fairness::Key key;
    const std::string org;
    const std::string database;
    const double weight;
    const queue::QueueSchema schema;
    const std::shared_ptr<mysql::Pool> queue_pool; // the queue's own account on its server

    /// Microseconds used beyond what was charged at the reservation; may be negative. Jobs add,
    /// the reserver takes.
    std::atomic<std::int64_t> owed_us{0};
};

} // namespace bgerp::worker
