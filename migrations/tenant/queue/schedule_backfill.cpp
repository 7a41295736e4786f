#include "migrations/tenant/queue/schedule_backfill.hpp"

namespace bgerp::migrations {

namespace {

void up(Schema& schema) {
    schema.modify_column_if_different(
        "schedule",
        "missed",
        "ENUM('once', 'skip', 'backfill') NOT NULL DEFAULT 'once'"
    );
    // What `H` in the expression stands for.
    schema.add_column_if_missing("schedule", "seed", "INT UNSIGNED NOT NULL DEFAULT 0");
}

void down(Schema& schema) {
    schema.run("UPDATE schedule SET missed = 'once' WHERE missed = 'backfill'");
    schema.modify_column_if_different(
        "schedule",
        "missed",
        "ENUM('once', 'skip') NOT NULL DEFAULT 'once'"
    );
    schema.drop_column_if_exists("schedule", "seed");
}

} // namespace

Migration schedule_backfill() {
    return {"2026_11_schedule_backfill", "queue", up, down};
}

} // namespace bgerp::migrations
