// Leases in the core database: at most one owner of a name at a time, over all machines, by the
// database's clock. Used where two programs must not do the same thing at once: migrating one
// database, being the scheduler. The epoch grows with every change of owner; whoever writes under a
// lease can fence with it. No named locks of the server: clusters refuse or ignore them. Blocking.
#pragma once

#include "base/mysql/session.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace bgerp::core_db {

struct Lease {
    std::string name;
    std::string owner; // unique per holder: two holders never share one
    std::uint64_t epoch = 0;
};

/// The body of the table, for the migration that makes it.
[[nodiscard]] std::string lease_table_body();

/// Takes the lease if nobody holds it or its holder's time has run out. Nothing when it is held,
/// even by `owner` itself.
[[nodiscard]] std::optional<Lease> acquire_lease(
    mysql::Session& session,
    const std::string& name,
    const std::string& owner,
    std::chrono::milliseconds duration
);

/// Extends a lease that is still ours, even one that ran out, as long as nobody took it. False when
/// it is lost.
[[nodiscard]] bool
renew_lease(mysql::Session& session, const Lease& lease, std::chrono::milliseconds duration);

/// Lets go of a lease that is ours; nothing happens when it isn't any more. Safe to repeat.
void release_lease(mysql::Session& session, const Lease& lease);

} // namespace bgerp::core_db
