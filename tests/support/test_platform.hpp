// A whole platform for one test: core database, accounts, and tenants as they are in service, each
// under its own account. Everything is dropped at the end.
#pragma once

#include "core_db/core_database.hpp"
#include "tenant_db/directory.hpp"
#include "tenant_db/migrator.hpp"
#include "tenant_db/provisioning.hpp"
#include "tenant_db/tenant_pools.hpp"
#include "tests/support/test_database.hpp"

#include <memory>
#include <string>
#include <vector>

namespace bgerp::testing_support {

class TestPlatform {
public:
    /// The core database, migrated.
    TestPlatform();

    /// An active tenant with these modules (none: all).
    Tenant create_tenant(const std::string& code, const std::vector<std::string>& modules = {});

    [[nodiscard]] const Config& config() const { return database_.config(); }

    [[nodiscard]] TestDatabase& database() { return database_; }

    [[nodiscard]] core_db::CoreDatabase& core() { return *core_; }

    [[nodiscard]] Migrator& migrator() { return *migrator_; }

    [[nodiscard]] Directory& directory() { return *directory_; }

    [[nodiscard]] TenantPools& pools() { return *pools_; }

    [[nodiscard]] Provisioning provisioning(AfterStep after_step = {}) {
        return {*core_, *migrator_, std::move(after_step)};
    }

    /// Long enough for anything a test does.
    [[nodiscard]] static Deadline soon() { return Deadline::after(std::chrono::seconds(60)); }

private:
    TestDatabase database_;
    std::unique_ptr<core_db::CoreDatabase> core_;
    std::unique_ptr<Migrator> migrator_;
    std::unique_ptr<Directory> directory_;
    std::unique_ptr<TenantPools> pools_;
};

} // namespace bgerp::testing_support
