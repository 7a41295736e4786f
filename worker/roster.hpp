// The tenants that this worker serves, as of the last look into the directory. Discovery refreshes
// it with every sweep, which is how new tenants appear and suspended ones vanish without a restart.
// A tenant whose place changed (moved, new weight) is a new object; the old one lives as long as
// its jobs. Discovery's thread alone.
#pragma once

#include "worker/served_tenant.hpp"
#include "worker/tenant_source.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace bgerp::worker {

class Roster {
public:
    struct Member {
        TenantPlace place;
        std::shared_ptr<ServedTenant> tenant;
    };

    /// Takes in a new list. Returns the tenants that are served no more.
    std::vector<std::shared_ptr<ServedTenant>> update(const std::vector<TenantPlace>& places);

    [[nodiscard]] const Member* by_org(const std::string& org) const;
    [[nodiscard]] const Member* by_database(const std::string& database) const;

    [[nodiscard]] std::vector<const Member*> members() const;

    /// The databases to sweep with each pool.
    [[nodiscard]] std::map<mysql::Pool*, std::vector<std::string>> databases_by_pool() const;

    [[nodiscard]] std::size_t size() const { return by_org_.size(); }

private:
    std::map<std::string, Member> by_org_;
    std::map<std::string, std::string> org_by_database_;
};

} // namespace bgerp::worker
