#include "migrations/tenant/queue/job_unique.hpp"

namespace bgerp::queue {

// Who holds a key. `follows`: the running job after whose end the holder begins, not before
// follow_at. Nobody looks for a row but by its key: the envelope of the job tells the key.
// expires_at 0: held until the job itself frees it.
migrations::Migration job_unique_migration() {
    return migrations::create_tables("2026_11_job_unique", "queue", {{"job_unique", R"(
            unique_key BINARY(32) NOT NULL,
            job_uuid CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
            expires_at INT UNSIGNED NOT NULL DEFAULT 0,
            follows CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
            follow_at INT UNSIGNED NOT NULL DEFAULT 0,
            PRIMARY KEY (unique_key),
            KEY job_unique_expiry (expires_at))"}});
}

// What the caller wants to find again with a job; nobody searches by it.
migrations::Migration job_meta_migration() {
    return {
        "2026_11_job_meta",
        "queue",
        [](migrations::Schema& schema) {
            schema.add_column_if_missing(
                "job_run",
                "meta",
                "LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL"
            );
        },
        [](migrations::Schema& schema) { schema.drop_column_if_exists("job_run", "meta"); }};
}

} // namespace bgerp::queue
