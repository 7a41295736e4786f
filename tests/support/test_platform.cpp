#include "tests/support/test_platform.hpp"

namespace bgerp::testing_support {

TestPlatform::TestPlatform() {
    const Config& config = database_.config();
    static_cast<void>(
        value_or_throw(core_db::MasterKey::load_or_create(config.security.master_key_file))
    );
    core_ = value_or_throw(core_db::CoreDatabase::open(config));
    migrator_ = std::make_unique<Migrator>(core_->credentials());
    static_cast<void>(value_or_throw(migrator_->migrate_core(soon())));
    directory_ = std::make_unique<Directory>(core_->pool());
    pools_ = std::make_unique<TenantPools>(config.database, core_->credentials());
}

Tenant
TestPlatform::create_tenant(const std::string& code, const std::vector<std::string>& modules) {
    CreateOrganization wanted{value_or_throw(OrgCode::parse(code)), "Test " + code, modules};
    auto created = value_or_throw(provisioning().create(wanted, soon()));
    directory_->forget();
    return created.tenant;
}

} // namespace bgerp::testing_support
