#include "migrations/tenant/queue/job_claim_room.hpp"

namespace bgerp::queue {

namespace {

// Four bytes that a waiting row has and a reserved one hasn't, as it is the other way round with
// reserved_at. Nobody reads them. Laravel knows neither the column nor that it is worth emptying.
// FORCE writes the table anew: a column that is added at once to rows that are there already isn't
// stored in new rows either as long as it holds its default.
void add_room(migrations::Schema& schema) {
    if (!schema.has_column("jobs", "claim_room")) {
        schema.run("ALTER TABLE jobs ADD COLUMN claim_room BINARY(4) NULL DEFAULT '0000', FORCE");
    }
}

void drop_room(migrations::Schema& schema) {
    schema.drop_column_if_exists("jobs", "claim_room");
}

} // namespace

migrations::Migration job_claim_room_migration() {
    return {"2026_11_job_claim_room", "queue", add_room, drop_room};
}

} // namespace bgerp::queue
