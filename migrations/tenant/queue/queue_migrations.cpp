#include "migrations/tenant/queue/queue_migrations.hpp"

#include "migrations/tenant/queue/job_claim_room.hpp"
#include "migrations/tenant/queue/job_ending.hpp"
#include "migrations/tenant/queue/job_event.hpp"
#include "migrations/tenant/queue/job_stat.hpp"
#include "migrations/tenant/queue/job_unique.hpp"
#include "migrations/tenant/queue/limit_tables.hpp"
#include "migrations/tenant/queue/queue_tables.hpp"
#include "migrations/tenant/queue/schedule_backfill.hpp"
#include "migrations/tenant/queue/workflow_tables.hpp"

namespace bgerp::migrations {

namespace {

void create_queue_tables(Schema& schema) {
    for (const std::string& statement : queue::queue_table_ddl()) {
        schema.run(statement);
    }
}

void drop_queue_tables(Schema& schema) {
    const auto& names = queue::queue_tables();
    for (auto name = names.rbegin(); name != names.rend(); ++name) {
        schema.drop_table_if_exists(std::string(*name));
    }
}

} // namespace

std::vector<Migration> queue_migrations() {
    return {
        {"2026_11_queue_tables", "queue", create_queue_tables, drop_queue_tables},
        // The same list, which has grown: makes what an earlier run of it didn't.
        {"2026_11_queue_tables_added", "queue", create_queue_tables, [](Schema&) {}},
        queue::job_unique_migration(),
        schedule_backfill(),
        queue::job_claim_room_migration(),
        queue::job_meta_migration(),
        {"2026_11_limits", "queue", queue::create_limit_tables, queue::drop_limit_tables},
        {"2026_11_pauses", "queue", queue::widen_pauses, queue::narrow_pauses},
        queue::workflow_migration(),
        queue::job_step_migration(),
        queue::job_stat_migration(),
        queue::job_event_migration(),
        queue::job_ending_migration(),
    };
}

} // namespace bgerp::migrations
