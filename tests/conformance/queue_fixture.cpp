#include "tests/conformance/queue_fixture.hpp"

#include "migrations/tenant/queue/queue_migrations.hpp"

namespace bgerp::queue {

QueueFixture::QueueFixture()
    : name(database.create_database())
    , schema(QueueSchema::of(name))
    , pool(database.admin_pool("", 32))
    , direct(database.admin_pool(name, 32)) {
    mysql::Connection connection(database.admin(name));
    migrations::Schema shape(connection);
    for (const migrations::Migration& migration : migrations::queue_migrations()) {
        migration.up(shape);
    }
}

NewJob QueueFixture::job(const std::string& kind) {
    NewJob fresh;
    fresh.kind = kind;
    return fresh;
}

std::string QueueFixture::push(const NewJob& new_job) {
    return push_many({new_job}).front();
}

std::vector<std::string> QueueFixture::push_many(const std::vector<NewJob>& jobs) {
    return value_or_throw(mysql::with_transaction(*pool, soon(), [&](mysql::Transaction& t) {
        return enqueue_many(t, schema, jobs);
    }));
}

std::vector<ReservedJob>
QueueFixture::take(std::uint64_t owner, std::size_t limit, const std::string& queue) {
    ClaimCursor cursor;
    return reserve(*pool, soon(), schema, queue, limit, owner, LeaseRules(), cursor);
}

ReservedJob QueueFixture::take_one(std::uint64_t owner) {
    std::vector<ReservedJob> jobs = take(owner);
    if (jobs.empty()) {
        throw Failure(ErrorCode::not_found, "nothing to reserve");
    }
    return jobs.front();
}

std::uint64_t QueueFixture::execute(const std::string& sql, const mysql::Params& params) {
    return direct->acquire(soon())->execute(sql, params);
}

std::int64_t QueueFixture::number(const std::string& sql, const mysql::Params& params) {
    return direct->acquire(soon())
        ->query_one(sql, params, [](const mysql::Row& row) { return row.i64(0); })
        .value_or(-1);
}

std::string QueueFixture::text(const std::string& sql, const mysql::Params& params) {
    return direct->acquire(soon())
        ->query_one(sql, params, [](const mysql::Row& row) { return row.text(0); })
        .value_or("");
}

std::int64_t QueueFixture::count(const std::string& table, const std::string& where) {
    return number("SELECT COUNT(*) FROM " + table + " WHERE " + where);
}

std::string QueueFixture::state_of(const std::string& uuid) {
    return text("SELECT state FROM job_run WHERE uuid = ?", {uuid});
}

void QueueFixture::age_leases(std::int64_t seconds) {
    execute(
        "UPDATE jobs SET reserved_at = reserved_at - ? WHERE reserved_at IS NOT NULL",
        {seconds}
    );
}

void QueueFixture::make_due() {
    execute("UPDATE job_delayed SET available_at = UNIX_TIMESTAMP() - 1");
    execute("UPDATE jobs SET available_at = UNIX_TIMESTAMP() - 1");
}

} // namespace bgerp::queue
