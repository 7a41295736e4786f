#include "worker/roster.hpp"

namespace bgerp::worker {

std::vector<std::shared_ptr<ServedTenant>> Roster::update(const std::vector<TenantPlace>& places) {
    std::map<std::string, Member> fresh;
    org_by_database_.clear();
    for (const TenantPlace& place : places) {
        const std::string org = place.org;
        org_by_database_[place.database] = org;
        const auto known = by_org_.find(org);
        if (known != by_org_.end() && known->second.place == place) {
            fresh.insert(by_org_.extract(known));
            continue;
        }
        auto tenant = std::make_shared<ServedTenant>(
            place.key,
            org,
            place.database,
            place.weight,
            place.queue_pool
        );
        fresh[org] = {place, std::move(tenant)};
    }
    std::vector<std::shared_ptr<ServedTenant>> gone;
    for (auto& entry : by_org_) {
        gone.push_back(std::move(entry.second.tenant));
    }
    by_org_ = std::move(fresh);
    return gone;
}

const Roster::Member* Roster::by_org(const std::string& org) const {
    const auto found = by_org_.find(org);
    return found == by_org_.end() ? nullptr : &found->second;
}

const Roster::Member* Roster::by_database(const std::string& database) const {
    const auto found = org_by_database_.find(database);
    return found == org_by_database_.end() ? nullptr : by_org(found->second);
}

std::vector<const Roster::Member*> Roster::members() const {
    std::vector<const Member*> all;
    for (const auto& entry : by_org_) {
        all.push_back(&entry.second);
    }
    return all;
}

std::map<mysql::Pool*, std::vector<std::string>> Roster::databases_by_pool() const {
    std::map<mysql::Pool*, std::vector<std::string>> databases;
    for (const auto& entry : by_org_) {
        const TenantPlace& place = entry.second.place;
        databases[place.sweep_pool.get()].push_back(place.database);
    }
    return databases;
}

} // namespace bgerp::worker
