// This worker's entry in the platform's registry: where its doorbell is and that it lives. Renewed
// by discovery; who died is known by an old heartbeat. One thread; blocking.
#pragma once

#include "base/mysql/pool.hpp"
#include "core_db/worker_registry.hpp"

#include <string>

namespace bgerp::worker {

class Registration {
public:
    Registration(mysql::Pool& core, std::string doorbell_host, std::uint16_t doorbell_port);

    /// A sign of life; registers at the first call, and again if the entry is gone. Throws Failure.
    void renew();

    /// Removes the entry. Never throws: it would age out anyway.
    void remove() noexcept;

private:
    mysql::Pool& core_;
    core_db::WorkerProcess process_;
};

} // namespace bgerp::worker
