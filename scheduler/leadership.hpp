// Which of several schedulers works: the one that holds the lease `scheduler` in the core database.
// The others wait for it. Correctness doesn't hang on it, since every firing is a compare-and-set;
// it saves the others the work. The ticker's thread takes and asks, others only ask. Outlives the
// database: a lease that couldn't be renewed counts as lost, and is sought again.
#pragma once

#include "core_db/lease_keeper.hpp"

#include <chrono>
#include <memory>
#include <mutex>

namespace bgerp::scheduler {

class Leadership {
public:
    Leadership(mysql::Pool& core, std::chrono::milliseconds lease);

    /// Takes the lease if it is free, waiting for it up to `patience`. True when it is ours. Throws
    /// Failure while the database is away.
    bool seek(std::chrono::milliseconds patience);

    /// True while the lease is ours beyond doubt: ask before each step.
    [[nodiscard]] bool held() const;

    /// Lets go of it, so that the next one needn't wait for it to run out.
    void resign();

private:
    mysql::Pool& core_;
    const std::chrono::milliseconds lease_;
    mutable std::mutex mutex_;
    std::unique_ptr<core_db::LeaseKeeper> keeper_;
};

} // namespace bgerp::scheduler
