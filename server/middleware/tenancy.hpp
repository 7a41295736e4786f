// Which tenant a request is for: by its host (`<org>.<base_domain>` or a domain of the tenant's
// own), by its token's organization, or both, and then the two must agree. Thread-safe. Blocking.
#pragma once

#include "base/clock.hpp"
#include "server/middleware/host_tenant.hpp"
#include "tenant_db/directory.hpp"

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace bgerp::server {

class Tenancy {
public:
    Tenancy(mysql::Pool& core, Directory& directory, std::string base_domain, const Clock& clock);

    /// The org that the host names, or nothing when it names none. not_found for a host under the
    /// base domain that can't be an org, and for a domain that is nobody's.
    [[nodiscard]] Result<std::optional<OrgCode>>
    org_of_host(std::string_view host, Deadline deadline);

    /// The one tenant of a request. `by_host` from org_of_host(), `named` from the token or the
    /// body. forbidden when they differ or the tenant is suspended, not_found when there is no such
    /// tenant, invalid_argument when neither names one.
    [[nodiscard]] Result<Tenant> resolve(
        const std::optional<OrgCode>& by_host,
        const std::optional<OrgCode>& named,
        Deadline deadline
    );

private:
    struct Entry {
        std::optional<OrgCode> org;
        std::chrono::steady_clock::time_point until;
    };

    [[nodiscard]] std::optional<OrgCode>
    org_of_domain(const std::string& domain, Deadline deadline);

    mysql::Pool& core_;
    Directory& directory_;
    const std::string base_domain_;
    const Clock& clock_;
    std::mutex mutex_;
    std::map<std::string, Entry> domains_;
};

} // namespace bgerp::server
