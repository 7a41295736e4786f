#include "cli/context.hpp"

namespace bgerp::cli {

Context::Context(std::string config_file, Environment environment, Output& output)
    : config_file_(std::move(config_file))
    , environment_(std::move(environment))
    , output_(output) {}

const Config& Context::config() {
    if (!config_) {
        config_ = value_or_throw(read_config(config_file_, environment_));
    }
    return *config_;
}

core_db::CoreDatabase& Context::core() {
    if (!core_) {
        core_ = value_or_throw(core_db::CoreDatabase::open(config()));
    }
    return *core_;
}

Directory& Context::directory() {
    if (!directory_) {
        directory_ = std::make_unique<Directory>(core().pool());
    }
    return *directory_;
}

TenantPools& Context::pools() {
    if (!pools_) {
        pools_ = std::make_unique<TenantPools>(config().database, core().credentials());
    }
    return *pools_;
}

Migrator& Context::migrator() {
    if (!migrator_) {
        migrator_ = std::make_unique<Migrator>(core().credentials());
    }
    return *migrator_;
}

Provisioning Context::provisioning() {
    return {core(), migrator()};
}

Tenant Context::tenant(const std::string& code) {
    const OrgCode org = value_or_throw(OrgCode::parse(code));
    return value_or_throw(directory().find(org, short_deadline()));
}

Tenant Context::active_tenant(const std::string& code) {
    const OrgCode org = value_or_throw(OrgCode::parse(code));
    return value_or_throw(directory().find_active(org, short_deadline()));
}

mysql::Pool::Handle Context::core_connection() {
    return core().pool().acquire(short_deadline());
}

Deadline Context::short_deadline() {
    return Deadline::after(std::chrono::seconds(30));
}

Deadline Context::long_deadline() {
    return Deadline::after(std::chrono::hours(24));
}

} // namespace bgerp::cli
