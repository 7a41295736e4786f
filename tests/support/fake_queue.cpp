#include "tests/support/fake_queue.hpp"

#include "tenant_db/queue/tables.hpp"

#include <algorithm>

namespace bgerp::testing_support {

namespace {

Deadline soon() {
    return Deadline::after(std::chrono::seconds(60));
}

} // namespace

std::vector<PushedJob> FakeQueue::pushed(const std::string& kind) {
    std::vector<PushedJob> jobs;
    const auto read = [&](const char* table, const char* condition) {
        pool_.acquire(soon())->query(
            "SELECT queue, priority, available_at - created_at, payload FROM " +
                std::string(table) + condition,
            {},
            [&](const mysql::Row& row) {
                PushedJob job{
                    row.text(0),
                    row.i64(1),
                    row.i64(2),
                    value_or_throw(queue::parse_envelope(row.text(3)))};
                if (kind.empty() || job.envelope.kind == kind) {
                    jobs.push_back(std::move(job));
                }
            }
        );
    };
    read("jobs", " WHERE reserved_at IS NULL");
    read("job_delayed", "");
    std::sort(jobs.begin(), jobs.end(), [](const PushedJob& a, const PushedJob& b) {
        return a.envelope.uuid < b.envelope.uuid; // version 7: in order of time
    });
    return jobs;
}

PushedJob FakeQueue::the_only(const std::string& kind) {
    auto jobs = pushed(kind);
    if (jobs.size() != 1) {
        throw Failure(
            ErrorCode::not_found,
            std::to_string(jobs.size()) + " jobs of the kind " + kind + " were pushed"
        );
    }
    return std::move(jobs.front());
}

void FakeQueue::pass_all_delays() {
    pool_.acquire(soon())->execute(
        "UPDATE job_delayed SET available_at = UNIX_TIMESTAMP() ORDER BY available_at DESC, id"
    );
}

void FakeQueue::clear() {
    const auto connection = pool_.acquire(soon());
    for (const std::string_view table : queue::queue_tables()) {
        connection->execute("DELETE FROM " + std::string(table));
    }
}

} // namespace bgerp::testing_support
