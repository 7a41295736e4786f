// What the tests of limits have in common: wishes, parking and taking jobs back.
#pragma once

#include "tenant_db/queue/limit_match.hpp"
#include "tenant_db/queue/parking.hpp"
#include "tests/conformance/queue_fixture.hpp"

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace bgerp::queue {

class Limits : public QueueFixture {
protected:
    static constexpr std::int64_t lease_s = 15;

    static std::shared_ptr<const Limit> limit(Limit what) {
        return std::make_shared<const Limit>(std::move(what));
    }

    static std::shared_ptr<const Limit> at_most(std::int64_t concurrency) {
        Limit what;
        what.name = "some";
        what.concurrency = concurrency;
        return limit(what);
    }

    static PermitWish
    wish(const std::shared_ptr<const Limit>& what, const std::string& key, std::int64_t permits) {
        PermitWish wanted;
        wanted.key = key_hash(what->name, key);
        wanted.limit = what;
        wanted.text = key;
        wanted.permits = permits;
        return wanted;
    }

    PermitGrant acquire(std::uint64_t worker, const PermitWish& wanted) {
        return acquire_permits(*pool, soon(), schema, worker, lease_s, {wanted}).front();
    }

    /// Parks jobs of `me` under keys of their own.
    std::size_t park(const std::vector<ReservedJob>& jobs, const std::string& key = "k") {
        std::vector<ParkedJob> parked;
        for (const ReservedJob& job : jobs) {
            parked.push_back({&job, key_hash("some", key), "some", key});
        }
        return park_if_mine(*pool, soon(), schema, parked);
    }

    std::vector<ReservedJob> take_parked_jobs(
        std::size_t most, const QueueFilter& filter = {}, const std::string& key = "k"
    ) {
        auto taken =
            take_parked(*pool, soon(), schema, me, {{key_hash("some", key), most}}, filter);
        more_ = taken.front().more;
        return std::move(taken.front().jobs);
    }

    std::int64_t watch(const std::string& key = "k") {
        return number("SELECT watch FROM limit_key WHERE key_hash = ?", {key_hash("some", key)});
    }

    /// Statements that the server is sent by `run`.
    std::int64_t statements(const std::function<void(mysql::Pool&)>& run) {
        const std::unique_ptr<mysql::Pool> one = database.admin_pool("", 1);
        const auto so_far = [&] {
            return one->acquire(soon())
                ->query_one(
                    "SHOW SESSION STATUS LIKE 'Questions'",
                    {},
                    [](const mysql::Row& row) { return row.i64(1); }
                )
                .value_or(0);
        };
        const std::int64_t before = so_far();
        run(*one);
        return so_far() - before - 1;
    }

    bool more_ = false; // after take_parked_jobs
};

} // namespace bgerp::queue
