// What Laravel's own worker does to rows of ours, statement by statement, for the tests of what
// becomes of the records that it knows nothing of.
#pragma once

#include "tenant_db/queue/batch.hpp"
#include "tenant_db/queue/foreign_ends.hpp"
#include "tenant_db/queue/inspect.hpp"
#include "tenant_db/queue/limit_match.hpp"
#include "tenant_db/queue/parking.hpp"
#include "tenant_db/queue/payload.hpp"
#include "tests/conformance/workflow_fixture.hpp"

namespace bgerp::queue {

class ForeignEnds : public WorkflowFixture {
protected:
    // DatabaseQueue::markJobAsReserved
    void laravel_takes() {
        execute("UPDATE jobs SET reserved_at = UNIX_TIMESTAMP(), attempts = attempts + 1");
    }

    // DatabaseQueue::deleteReserved
    void laravel_deletes() { execute("DELETE FROM jobs"); }

    // DatabaseQueue::deleteAndRelease: another row, of the columns that Laravel has
    void laravel_puts_back(std::int64_t delay_s) {
        execute(
            "INSERT INTO jobs (queue, payload, attempts, available_at, created_at)"
            " SELECT queue, payload, attempts, UNIX_TIMESTAMP() + ?, UNIX_TIMESTAMP() FROM jobs",
            {delay_s}
        );
        execute("DELETE FROM jobs WHERE reserved_at IS NOT NULL");
    }

    // DatabaseUuidFailedJobProvider::log
    void laravel_logs_failure(const std::string& uuid) {
        execute(
            "INSERT INTO failed_jobs (uuid, connection, queue, payload, exception)"
            " VALUES (?, 'bgerp', 'default', '{}', 'RuntimeException: no')",
            {uuid}
        );
    }

    // Both, of the only job there is: the payload is logged as it was.
    void laravel_fails(const std::string& uuid) {
        execute(
            "INSERT INTO failed_jobs (uuid, connection, queue, payload, exception)"
            " SELECT ?, 'bgerp', queue, payload, 'RuntimeException: no' FROM jobs",
            {uuid}
        );
        laravel_deletes();
    }

    // To the end of the runs, as a round of housekeeping does.
    void look() {
        while (settle_foreign_ends(*pool, soon(), schema, 2, cursor, ends) != 0) {
        }
    }

    // The second look is the one that counts.
    void look_twice() {
        look();
        look();
    }

    // RetryCommand: the failure's payload as a new job that nobody tried yet
    void laravel_retries() {
        execute("INSERT INTO jobs (queue, payload, attempts, available_at, created_at)"
                " SELECT queue, payload, 0, UNIX_TIMESTAMP(), UNIX_TIMESTAMP() FROM failed_jobs");
        execute("DELETE FROM failed_jobs");
    }

    static NewJob chain() {
        NewJob first = job("first");
        first.chain = {job("second"), job("third")};
        first.chain_catch = {job("catch")};
        return first;
    }

    static Envelope envelope_of(const ReservedJob& held) {
        return value_or_throw(parse_envelope(held.payload));
    }

    // A limit holds a reserved job back.
    void hold_back(const ReservedJob& held) {
        ASSERT_EQ(
            park_if_mine(*pool, soon(), schema, {{&held, key_hash("some", "k"), "some", "k"}}),
            1U
        );
    }

    ForeignCursor cursor;
    StatCells ends;
};

} // namespace bgerp::queue
