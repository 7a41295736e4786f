#include "migrations/tenant/queue/limit_tables.hpp"

#include <string>

namespace bgerp::queue {

void create_limit_tables(migrations::Schema& schema) {
    // Definitions, by their name. key_by: '' one key for all jobs, 'key' the job's own limit key,
    // otherwise a JSON pointer into its arguments.
    schema.create_table_if_missing("job_limit", R"(
        name VARCHAR(190) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
        kind VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
        queue VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
        key_by VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
        concurrency INT UNSIGNED NULL,
        rate INT UNSIGNED NOT NULL DEFAULT 0,
        period_s INT UNSIGNED NOT NULL DEFAULT 1,
        burst INT UNSIGNED NOT NULL DEFAULT 0,
        breaker_failures INT UNSIGNED NOT NULL DEFAULT 0,
        breaker_window_s INT UNSIGNED NOT NULL DEFAULT 60,
        breaker_open_s INT UNSIGNED NOT NULL DEFAULT 60,
        created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
        PRIMARY KEY (name))");
    // One row for each key that was asked for lately; locked by whoever hands out permits or
    // tokens. full_us: when the bucket is full again, in microseconds since 1970. watch: 1 jobs are
    // held back, 2 the breaker is not closed.
    schema.create_table_if_missing("limit_key", R"(
        key_hash BIGINT UNSIGNED NOT NULL,
        limit_name VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
        key_text VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
        full_us BIGINT NOT NULL DEFAULT 0,
        failures INT UNSIGNED NOT NULL DEFAULT 0,
        window_at INT UNSIGNED NOT NULL DEFAULT 0,
        open_until INT UNSIGNED NOT NULL DEFAULT 0,
        watch TINYINT UNSIGNED NOT NULL DEFAULT 0,
        used_at INT UNSIGNED NOT NULL DEFAULT 0,
        PRIMARY KEY (key_hash),
        KEY limit_key_watch (watch, used_at))");
    // What a worker may run of a key at one time, until its lease ends.
    schema.create_table_if_missing("limit_permit", R"(
        key_hash BIGINT UNSIGNED NOT NULL,
        worker BIGINT UNSIGNED NOT NULL,
        permits INT UNSIGNED NOT NULL,
        leased_until INT UNSIGNED NOT NULL,
        PRIMARY KEY (key_hash, worker))");
    // Jobs held back, by the key they wait for and in the order in which they will run. id is the
    // one they have in jobs, before and after.
    schema.create_table_if_missing("job_blocked", R"(
        key_hash BIGINT UNSIGNED NOT NULL,
        priority SMALLINT NOT NULL,
        id BIGINT UNSIGNED NOT NULL,
        queue VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
        payload LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
        attempts SMALLINT UNSIGNED NOT NULL,
        available_at INT UNSIGNED NOT NULL,
        created_at INT UNSIGNED NOT NULL,
        rescues SMALLINT UNSIGNED NOT NULL,
        interruptions SMALLINT UNSIGNED NOT NULL,
        flags TINYINT UNSIGNED NOT NULL,
        PRIMARY KEY (key_hash, priority, id),
        KEY job_blocked_id (id))");
}

void drop_limit_tables(migrations::Schema& schema) {
    for (auto name = limit_tables.rbegin(); name != limit_tables.rend(); ++name) {
        schema.drop_table_if_exists(std::string(*name));
    }
}

void widen_pauses(migrations::Schema& schema) {
    schema.add_column_if_missing(
        "queue_pause",
        "scope",
        "ENUM('queue', 'kind', 'all') NOT NULL DEFAULT 'queue'"
    );
    schema.add_column_if_missing("queue_pause", "resume_at", "INT UNSIGNED NULL");
    schema.run("ALTER TABLE queue_pause DROP PRIMARY KEY, ADD PRIMARY KEY (scope, queue)");
}

void narrow_pauses(migrations::Schema& schema) {
    if (!schema.has_column("queue_pause", "scope")) {
        return;
    }
    schema.run("DELETE FROM queue_pause WHERE scope <> 'queue' OR resume_at IS NOT NULL");
    schema.run("ALTER TABLE queue_pause DROP PRIMARY KEY, ADD PRIMARY KEY (queue)");
    schema.drop_column_if_exists("queue_pause", "resume_at");
    schema.drop_column_if_exists("queue_pause", "scope");
}

} // namespace bgerp::queue
