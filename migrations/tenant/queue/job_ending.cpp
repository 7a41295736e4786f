#include "migrations/tenant/queue/job_ending.hpp"

namespace bgerp::queue {

// Of links of a chain and steps of a workflow: what their payload says of that. Jobs that were
// pushed before have none: when Laravel's worker ends one, nothing follows, as before.
migrations::Migration job_ending_migration() {
    return {
        "2026_11_job_ending",
        "queue",
        [](migrations::Schema& schema) {
            schema.add_column_if_missing(
                "job_run",
                "ending",
                "LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL"
            );
        },
        [](migrations::Schema& schema) { schema.drop_column_if_exists("job_run", "ending"); }};
}

} // namespace bgerp::queue
