#include "migrations/core/admin_seed.hpp"

#include "base/mysql/transaction.hpp"
#include "core_db/account.hpp"

#include <array>

namespace bgerp::migrations {

namespace {

struct Right {
    const char* code;
    const char* description;
};

constexpr const char* admin_role = "admin";

constexpr std::array platform_rights{
    Right{"organizations.view", "See all organizations"},
    Right{"organizations.manage", "Create, suspend and delete organizations"},
    Right{"accounts.manage", "Create and disable accounts"},
    Right{"queues.view", "See the queues of all organizations"},
    Right{"queues.manage", "Pause queues, retry and forget failed jobs"},
    Right{"migrations.run", "Migrate databases"},
    Right{"system.view", "See workers, logs and metrics"},
};

constexpr std::array tenant_rights{
    Right{"jobs.push", "Give jobs to the queue"},
    Right{"jobs.view", "See jobs and queues"},
    Right{"jobs.manage", "Cancel jobs, retry and forget failed ones"},
    Right{"data.read", "Read the tables of the modules"},
    Right{"data.write", "Change the tables of the modules"},
    Right{"imports.run", "Import files"},
    Right{"payroll.run", "Run a payroll"},
    Right{"payroll.approve", "Approve and reverse a payroll"},
    Right{"reports.run", "Make reports"},
    Right{"accounts.manage", "Invite members and change their roles"},
};

template <std::size_t Count>
void ensure_rights(
    mysql::Session& session, const std::string& table, const std::array<Right, Count>& rights
) {
    for (const Right& right : rights) {
        session.execute(
            "INSERT INTO " + table +
                " (code, description) VALUES (?, ?) "
                "ON DUPLICATE KEY UPDATE description = VALUES(description)",
            {right.code, right.description}
        );
    }
}

std::uint64_t ensure_role(mysql::Session& session) {
    session.execute(
        "INSERT IGNORE INTO platform_role (code, description) VALUES (?, 'May do everything')",
        {admin_role}
    );
    const auto id = session.query_one(
        "SELECT id FROM platform_role WHERE code = ?",
        {admin_role},
        [](const mysql::Row& row) { return row.u64(0); }
    );
    session.execute(
        "INSERT IGNORE INTO platform_role_permission (role_id, permission_id) "
        "SELECT ?, id FROM platform_permission",
        {id.value()}
    );
    return id.value();
}

} // namespace

Result<std::optional<SeededAdmin>>
ensure_admin_seeded(mysql::Pool& core, const std::string& email, Deadline deadline) {
    using Outcome = Result<std::optional<SeededAdmin>>;
    return mysql::with_transaction(core, deadline, [&](mysql::Transaction& transaction) {
        ensure_rights(transaction, "platform_permission", platform_rights);
        ensure_rights(transaction, "permission", tenant_rights);
        const std::uint64_t role = ensure_role(transaction);
        const auto holder = transaction.query_one(
            "SELECT 1 FROM platform_user_role WHERE role_id = ? LIMIT 1",
            {role},
            [](const mysql::Row&) { return true; }
        );
        if (holder) {
            return Outcome(std::nullopt);
        }
        SeededAdmin admin{email, {}};
        const auto account = core_db::find_account(transaction, email);
        std::uint64_t account_id = account ? account->id : 0;
        if (!account) {
            admin.password = core_db::random_password();
            auto made =
                core_db::create_account(transaction, email, "Administrator", admin.password);
            if (!made) {
                return Outcome(tl::unexpected(std::move(made.error())));
            }
            account_id = *made;
        }
        transaction.execute(
            "INSERT IGNORE INTO platform_user (account_id) VALUES (?)",
            {account_id}
        );
        transaction.execute(
            "INSERT IGNORE INTO platform_user_role (account_id, role_id) VALUES (?, ?)",
            {account_id, role}
        );
        return Outcome(std::move(admin));
    });
}

} // namespace bgerp::migrations
