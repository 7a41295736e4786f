#include "tenant_db/provisioning.hpp"

#include "base/mysql/transaction.hpp"
#include "core_db/account.hpp"
#include "core_db/lease_keeper.hpp"
#include "migrations/catalog.hpp"
#include "tenant_db/database_accounts.hpp"
#include "tenant_db/seed.hpp"

#include <filesystem>

namespace bgerp {

namespace {

constexpr std::chrono::seconds lease_duration{15};
constexpr std::size_t name_length_max = 190;

tl::unexpected<Error> in_state(const Tenant& tenant) {
    return fail(
        ErrorCode::conflict,
        "organization '" + tenant.code.str() + "' is " +
            std::string(core_db::organization_state_name(tenant.state)),
        "org"
    );
}

std::string lease_name(const OrgCode& code) {
    return "organization:" + code.str();
}

tl::unexpected<Error> being_changed() {
    return fail(ErrorCode::conflict, "this organization is being created or deleted now", "org");
}

} // namespace

Provisioning::Provisioning(core_db::CoreDatabase& core, Migrator& migrator, AfterStep after_step)
    : core_(core)
    , migrator_(migrator)
    , after_step_(std::move(after_step)) {}

void Provisioning::step_done(const std::string& step) const {
    if (after_step_) {
        after_step_(step);
    }
}

Result<Tenant> Provisioning::find(const OrgCode& code, Deadline deadline) {
    auto organization = core_db::find_organization(*core_.pool().acquire(deadline), code);
    if (!organization) {
        return fail(ErrorCode::not_found, "no organization '" + code.str() + "'", "org");
    }
    return tenant_of(std::move(*organization));
}

Result<CreatedOrganization>
Provisioning::create(const CreateOrganization& wanted, Deadline deadline) {
    const auto lease = core_db::LeaseKeeper::acquire(
        core_.pool(),
        lease_name(wanted.code),
        lease_duration,
        deadline
    );
    if (!lease) {
        return being_changed();
    }
    auto tenant = ensure_rows(wanted, deadline);
    if (!tenant) {
        return tl::unexpected(std::move(tenant.error()));
    }
    step_done("rows");
    if (auto made = ensure_database(*tenant); !made) {
        return tl::unexpected(std::move(made.error()));
    }
    step_done("account");
    if (auto made = ensure_tables(*tenant, deadline); !made) {
        return tl::unexpected(std::move(made.error()));
    }
    step_done("tables");
    seed_tenant(core_.credentials(), *tenant, deadline);
    step_done("seed");
    auto created = open_doors(*tenant, wanted, deadline);
    step_done("open");
    return created;
}

Result<Tenant> Provisioning::ensure_rows(const CreateOrganization& wanted, Deadline deadline) {
    auto modules = migrations::resolve_modules(wanted.modules);
    if (!modules) {
        return tl::unexpected(std::move(modules.error()));
    }
    if (wanted.name.empty() || wanted.name.size() > name_length_max) {
        return fail(ErrorCode::invalid_argument, "a name of 1 to 190 characters is needed", "name");
    }
    const std::string database =
        tenant_database_name(core_.credentials().config().core_name, wanted.code);
    using Outcome = Result<Tenant>;
    return mysql::with_transaction(core_.pool(), deadline, [&](mysql::Transaction& transaction) {
        auto there = core_db::find_organization(transaction, wanted.code);
        if (there && there->state != TenantState::creating) {
            return Outcome(
                fail(ErrorCode::conflict, "organization '" + wanted.code.str() + "' exists", "code")
            );
        }
        const std::uint64_t id =
            there ? there->id
                  : core_db::insert_organization(
                        transaction,
                        {wanted.code, wanted.name, wanted.plan, core_db::default_server, database}
                    );
        core_db::enable_modules(transaction, id, *modules);
        there = core_db::find_organization(transaction, wanted.code);
        return Outcome(tenant_of(std::move(there.value())));
    });
}

Result<std::unique_ptr<mysql::Connection>> Provisioning::admin_connection() const {
    return admin_endpoint(core_.credentials().config()).map([](const mysql::Endpoint& endpoint) {
        return std::make_unique<mysql::Connection>(endpoint);
    });
}

Result<void> Provisioning::ensure_database(const Tenant& tenant) {
    auto admin = admin_connection();
    if (!admin) {
        return tl::unexpected(std::move(admin.error()));
    }
    DatabaseAccounts accounts(**admin, core_.credentials());
    accounts.ensure_tenant_database(tenant);
    step_done("database");
    accounts.ensure_tenant_account(tenant);
    return {};
}

Result<void> Provisioning::ensure_tables(const Tenant& tenant, Deadline deadline) {
    auto migrated = migrator_.migrate(tenant, deadline);
    if (!migrated) {
        return tl::unexpected(std::move(migrated.error()));
    }
    step_done("migrations");
    // Again, in case the first try died between the last migration and its grants.
    auto admin = admin_connection();
    if (!admin) {
        return tl::unexpected(std::move(admin.error()));
    }
    DatabaseAccounts(**admin, core_.credentials()).ensure_queue_grants(tenant);
    return {};
}

// The last step, in one transaction: an account whose password was never shown must not be left by
// a creation that died.
Result<CreatedOrganization> Provisioning::open_doors(
    const Tenant& tenant, const CreateOrganization& wanted, Deadline deadline
) {
    using Outcome = Result<CreatedOrganization>;
    return mysql::with_transaction(core_.pool(), deadline, [&](mysql::Transaction& transaction) {
        CreatedOrganization created{tenant, wanted.admin_email, {}};
        if (wanted.admin_email) {
            auto account = core_db::find_account(transaction, *wanted.admin_email);
            std::uint64_t account_id = account ? account->id : 0;
            if (!account) {
                created.admin_password = core_db::random_password();
                auto made = core_db::create_account(
                    transaction,
                    *wanted.admin_email,
                    "",
                    created.admin_password
                );
                if (!made) {
                    return Outcome(tl::unexpected(std::move(made.error())));
                }
                account_id = *made;
            }
            core_db::join_organization(transaction, account_id, tenant.org_id, "admin");
        }
        const bool opened = core_db::set_organization_state(
            transaction,
            tenant.org_id,
            {TenantState::creating},
            TenantState::active
        );
        if (!opened) {
            return Outcome(being_changed());
        }
        created.tenant.state = TenantState::active;
        return Outcome(std::move(created));
    });
}

Result<Tenant> Provisioning::change_state(
    const OrgCode& code, const std::vector<TenantState>& from, TenantState to, Deadline deadline
) {
    auto tenant = find(code, deadline);
    if (!tenant) {
        return tenant;
    }
    const bool changed =
        core_db::set_organization_state(*core_.pool().acquire(deadline), tenant->org_id, from, to);
    if (!changed) {
        return in_state(*tenant);
    }
    tenant->state = to;
    return tenant;
}

Result<Tenant> Provisioning::suspend(const OrgCode& code, Deadline deadline) {
    return change_state(code, {TenantState::active}, TenantState::suspended, deadline);
}

Result<Tenant> Provisioning::resume(const OrgCode& code, Deadline deadline) {
    return change_state(
        code,
        {TenantState::suspended, TenantState::archived},
        TenantState::active,
        deadline
    );
}

Result<Tenant> Provisioning::archive(const OrgCode& code, Deadline deadline) {
    return change_state(
        code,
        {TenantState::active, TenantState::suspended},
        TenantState::archived,
        deadline
    );
}

Result<Tenant> Provisioning::rotate(const OrgCode& code, Deadline deadline) {
    const auto lease =
        core_db::LeaseKeeper::acquire(core_.pool(), lease_name(code), lease_duration, deadline);
    if (!lease) {
        return being_changed();
    }
    auto tenant = find(code, deadline);
    if (!tenant) {
        return tenant;
    }
    auto admin = admin_connection();
    if (!admin) {
        return tl::unexpected(std::move(admin.error()));
    }
    core_db::raise_epoch(*core_.pool().acquire(deadline), tenant->org_id);
    ++tenant->epoch;
    step_done("epoch");
    DatabaseAccounts accounts(**admin, core_.credentials());
    accounts.ensure_tenant_account(*tenant);
    accounts.ensure_queue_grants(*tenant);
    return tenant;
}

Result<void>
Provisioning::remove(const OrgCode& code, const std::string& storage_dir, Deadline deadline) {
    const auto lease =
        core_db::LeaseKeeper::acquire(core_.pool(), lease_name(code), lease_duration, deadline);
    if (!lease) {
        return being_changed();
    }
    const auto any = {
        TenantState::creating,
        TenantState::active,
        TenantState::suspended,
        TenantState::archived,
        TenantState::deleting};
    auto tenant = change_state(code, any, TenantState::deleting, deadline);
    if (!tenant) {
        return tl::unexpected(std::move(tenant.error()));
    }
    step_done("state");
    auto admin = admin_connection();
    if (!admin) {
        return tl::unexpected(std::move(admin.error()));
    }
    DatabaseAccounts(**admin, core_.credentials()).drop_tenant(*tenant);
    step_done("database");
    std::filesystem::remove_all(std::filesystem::path(storage_dir) / code.str());
    step_done("files");
    core_db::delete_organization(*core_.pool().acquire(deadline), tenant->org_id);
    return {};
}

} // namespace bgerp
