// Which alerts are firing: a row for each rule, organization and queue, from the moment its
// condition was first seen to hold until its end was told. So a scheduler that starts, or takes
// over, tells nothing twice. Written by the scheduler that leads, read by people's tools. Times are
// the database's. Blocking.
#pragma once

#include "base/mysql/session.hpp"

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

namespace bgerp::core_db {

struct AlertKey {
    std::string rule; // its name in the configuration
    std::string org;
    std::string queue;

    auto operator<=>(const AlertKey&) const = default; // NOLINT(modernize-use-nullptr): not one
};

struct FiringAlert {
    AlertKey key;
    std::int64_t value = 0;   // as last seen while it held
    std::int64_t quiet_s = 0; // since it was last seen to hold
    bool told = false;        // that it began
    std::int64_t tries = 0;   // to tell, that failed in a row
    std::string began_at;     // RFC 3339 in UTC
};

/// The condition holds: the alert begins, or goes on.
void alert_holds(mysql::Session& session, const AlertKey& key, std::int64_t value);

/// The oldest 10,000, of one organization if one is named.
[[nodiscard]] std::vector<FiringAlert>
firing_alerts(mysql::Session& session, const std::string& org = {});

/// Its beginning was told.
void alert_told(mysql::Session& session, const AlertKey& key);

/// Its beginning or its end couldn't be told.
void alert_not_told(mysql::Session& session, const AlertKey& key);

/// It is over.
void forget_alert(mysql::Session& session, const AlertKey& key);

} // namespace bgerp::core_db
