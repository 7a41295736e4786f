#include "migrations/tenant/queue/workflow_tables.hpp"

namespace bgerp::queue {

// steps_open (not ended) and steps_active (a job of theirs is there) count what was settled: they
// change under the row's lock alone. Steps are numbered, so that an edge is two numbers. `missing`:
// parents whose end wasn't counted here yet. workflow_todo is what a crash leaves behind: steps
// that ended and whose children don't know yet, steps that are ready and have no job yet; as good
// as empty otherwise.
migrations::Migration workflow_migration() {
    return migrations::create_tables(
        "2026_11_workflows",
        "queue",
        {{"workflow", R"(
            id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
            name VARCHAR(255) NOT NULL,
            state ENUM('running', 'completed', 'failed', 'cancelled') NOT NULL DEFAULT 'running',
            stop ENUM('no', 'failed', 'cancelled') NOT NULL DEFAULT 'no',
            on_failure ENUM('stop', 'continue') NOT NULL,
            steps_total INT UNSIGNED NOT NULL,
            steps_open INT UNSIGNED NOT NULL,
            steps_active INT UNSIGNED NOT NULL,
            created_at INT UNSIGNED NOT NULL,
            finished_at INT UNSIGNED NOT NULL DEFAULT 0,
            PRIMARY KEY (id),
            KEY workflow_state (state, created_at))"},
         {"workflow_step", R"(
            workflow_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
            step INT UNSIGNED NOT NULL,
            name VARCHAR(190) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
            state ENUM('waiting', 'queued', 'completed', 'failed', 'cancelled')
                NOT NULL DEFAULT 'waiting',
            on_failure ENUM('stop', 'continue') NOT NULL,
            missing INT UNSIGNED NOT NULL,
            released TINYINT UNSIGNED NOT NULL DEFAULT 0,
            job_uuid CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
            job LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
            output LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
            PRIMARY KEY (workflow_id, step))"},
         {"workflow_edge", R"(
            workflow_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
            parent INT UNSIGNED NOT NULL,
            child INT UNSIGNED NOT NULL,
            PRIMARY KEY (workflow_id, parent, child),
            KEY workflow_edge_child (workflow_id, child, parent))"},
         {"workflow_todo", R"(
            workflow_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
            step INT UNSIGNED NOT NULL,
            ended TINYINT UNSIGNED NOT NULL,
            PRIMARY KEY (workflow_id, step))"}}
    );
}

// failed_at: the job failed for good; what it did is kept for as long as it may be retried.
migrations::Migration job_step_migration() {
    return {
        "2026_11_job_steps",
        "queue",
        [](migrations::Schema& schema) {
            schema.create_table_if_missing("job_step", R"(
                job_uuid CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
                name VARCHAR(190) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
                value LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
                written_at INT UNSIGNED NOT NULL,
                failed_at INT UNSIGNED NOT NULL DEFAULT 0,
                PRIMARY KEY (job_uuid, name))");
            schema.add_column_if_missing(
                "job_run",
                "waiting_for",
                "VARCHAR(190) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT ''"
            );
            schema.add_column_if_missing(
                "job_run",
                "signals",
                "LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL"
            );
            schema.add_column_if_missing(
                "job_run",
                "log",
                "MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL"
            );
        },
        [](migrations::Schema& schema) {
            schema.drop_column_if_exists("job_run", "log");
            schema.drop_column_if_exists("job_run", "signals");
            schema.drop_column_if_exists("job_run", "waiting_for");
            schema.drop_table_if_exists("job_step");
        }};
}

} // namespace bgerp::queue
