// The life of an organization: created, suspended, resumed, archived, deleted. Creating and
// deleting touch several places that no transaction spans, so each is a row of steps that may be
// repeated: whatever killed it, the same command run again completes it. A lease keeps two of them
// from one organization. Not thread-safe. Blocking; the database's own errors are thrown.
#pragma once

#include "core_db/core_database.hpp"
#include "tenant_db/migrator.hpp"
#include "tenant_db/tenant.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace bgerp {

struct CreateOrganization {
    OrgCode code;
    std::string name;
    std::vector<std::string> modules; // empty: all
    std::string plan = "standard";
    std::optional<std::string> admin_email{};
};

struct CreatedOrganization {
    Tenant tenant;
    std::optional<std::string> admin_email{};
    std::optional<std::string> admin_password{}; // when the account is new: shown once
};

/// Called when a step is done, with its name. Tests throw from it to stop there.
using AfterStep = std::function<void(const std::string& step)>;

class Provisioning {
public:
    /// Both must outlive this object.
    Provisioning(core_db::CoreDatabase& core, Migrator& migrator, AfterStep after_step = {});

    /// Makes an organization ready to use, or completes one that was left in state `creating`.
    /// conflict when it is there already (nothing is changed), invalid_argument for modules or an
    /// address that aren't.
    [[nodiscard]] Result<CreatedOrganization>
    create(const CreateOrganization& wanted, Deadline deadline);

    /// No more requests and jobs. conflict unless it is active.
    [[nodiscard]] Result<Tenant> suspend(const OrgCode& code, Deadline deadline);

    /// conflict unless it is suspended or archived.
    [[nodiscard]] Result<Tenant> resume(const OrgCode& code, Deadline deadline);

    /// conflict unless it is active or suspended.
    [[nodiscard]] Result<Tenant> archive(const OrgCode& code, Deadline deadline);

    /// A new password for the tenant's database account, and its rights as they should be. Requests
    /// and jobs of the next two seconds may be refused by the database.
    [[nodiscard]] Result<Tenant> rotate(const OrgCode& code, Deadline deadline);

    /// Drops the database with everything in it, the account and the files under `storage_dir`.
    [[nodiscard]] Result<void>
    remove(const OrgCode& code, const std::string& storage_dir, Deadline deadline);

private:
    /// As the server's administrator. Errors as admin_endpoint.
    [[nodiscard]] Result<std::unique_ptr<mysql::Connection>> admin_connection() const;

    [[nodiscard]] Result<Tenant> find(const OrgCode& code, Deadline deadline);
    [[nodiscard]] Result<Tenant> ensure_rows(const CreateOrganization& wanted, Deadline deadline);
    [[nodiscard]] Result<void> ensure_database(const Tenant& tenant);
    [[nodiscard]] Result<void> ensure_tables(const Tenant& tenant, Deadline deadline);
    [[nodiscard]] Result<CreatedOrganization>
    open_doors(const Tenant& tenant, const CreateOrganization& wanted, Deadline deadline);
    [[nodiscard]] Result<Tenant> change_state(
        const OrgCode& code, const std::vector<TenantState>& from, TenantState to, Deadline deadline
    );
    void step_done(const std::string& step) const;

    core_db::CoreDatabase& core_;
    Migrator& migrator_;
    const AfterStep after_step_;
};

} // namespace bgerp
