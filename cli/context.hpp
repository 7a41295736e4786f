// What commands work with, made when first asked for: `config check` needs no database, `db start`
// no tenants. Anything that can't be had is thrown as Failure and becomes the command's error. Not
// thread-safe.
#pragma once

#include "base/config.hpp"
#include "cli/output.hpp"
#include "core_db/core_database.hpp"
#include "tenant_db/directory.hpp"
#include "tenant_db/migrator.hpp"
#include "tenant_db/provisioning.hpp"
#include "tenant_db/tenant_pools.hpp"

#include <memory>
#include <optional>
#include <string>

namespace bgerp::cli {

class Context {
public:
    /// `config_file` may be empty: then read_config's default.
    Context(std::string config_file, Environment environment, Output& output);

    [[nodiscard]] Output& output() { return output_; }

    [[nodiscard]] const Config& config();
    [[nodiscard]] core_db::CoreDatabase& core();
    [[nodiscard]] Directory& directory();
    [[nodiscard]] TenantPools& pools();
    [[nodiscard]] Migrator& migrator();
    [[nodiscard]] Provisioning provisioning();

    /// The organization in whatever state; not_found, or invalid_argument for what is no code.
    [[nodiscard]] Tenant tenant(const std::string& code);

    /// The same if it may be worked for; forbidden otherwise.
    [[nodiscard]] Tenant active_tenant(const std::string& code);

    /// A connection to the core database.
    [[nodiscard]] mysql::Pool::Handle core_connection();

    /// For a command that somebody waits for.
    [[nodiscard]] static Deadline short_deadline();

    /// For work on whole databases.
    [[nodiscard]] static Deadline long_deadline();

private:
    const std::string config_file_;
    const Environment environment_;
    Output& output_;
    std::optional<Config> config_;
    std::unique_ptr<core_db::CoreDatabase> core_;
    std::unique_ptr<Directory> directory_;
    std::unique_ptr<TenantPools> pools_;
    std::unique_ptr<Migrator> migrator_;
};

} // namespace bgerp::cli
