// Permits that a worker has: kept, or given back.

#include "base/mysql/transaction.hpp"
#include "tenant_db/queue/in_list.hpp"
#include "tenant_db/queue/permits.hpp"

#include <algorithm>
#include <map>

namespace bgerp::queue {

namespace {

// A renewal that hangs between reading the clock and writing must not revive a lease that another
// worker has seen end: one that is about to end is left to end.
constexpr std::int64_t renewable_s_max = 2;

} // namespace

// Only lessens: no lock on the key is needed. PRIMARY (key_hash, worker), those that keep the same
// number together.
void return_permits(
    mysql::Pool& pool,
    Deadline deadline,
    const QueueSchema& schema,
    std::uint64_t worker,
    const std::vector<PermitHolding>& holdings
) {
    std::map<std::int64_t, std::vector<std::uint64_t>> by_number;
    for (const PermitHolding& holding : holdings) {
        by_number[holding.permits].push_back(holding.key);
    }
    const auto rows = schema("limit_permit");
    mysql::with_transaction(pool, deadline, [&](mysql::Transaction& transaction) {
        for (const auto& [number, keys] : by_number) {
            in_slices(keys, [&, kept = number](const std::vector<std::uint64_t>& slice) {
                mysql::Params params{worker};
                add_padded(params, slice);
                const std::string condition = " WHERE worker = ? AND key_hash IN";
                if (kept == 0) {
                    transaction.execute(
                        "DELETE " + rows + " FROM " + rows + " FORCE INDEX (PRIMARY)" + condition +
                            in_list(slice.size()),
                        params
                    );
                    return;
                }
                params.insert(params.begin(), kept);
                transaction.execute(
                    "UPDATE " + rows + " FORCE INDEX (PRIMARY) SET permits = LEAST(permits, ?)" +
                        condition + in_list(slice.size()),
                    params
                );
            });
        }
    });
}

std::vector<std::uint64_t> renew_permits(
    mysql::Pool& pool,
    Deadline deadline,
    const QueueSchema& schema,
    std::uint64_t worker,
    std::int64_t lease_s,
    const std::vector<std::uint64_t>& keys
) {
    const std::int64_t renewable_s = std::min(renewable_s_max, lease_s / 3);
    return mysql::with_transaction(pool, deadline, [&](mysql::Transaction& transaction) {
        std::vector<std::uint64_t> mine;
        in_slices(keys, [&](const std::vector<std::uint64_t>& slice) {
            mysql::Params params{worker, renewable_s};
            add_padded(params, slice);
            const std::string condition =
                " WHERE worker = ? AND leased_until >= UNIX_TIMESTAMP() + ? AND key_hash IN" +
                in_list(slice.size());
            mysql::Params with_lease = params;
            with_lease.insert(with_lease.begin(), lease_s);
            transaction.execute( // PRIMARY, exclusive
                "UPDATE " + schema("limit_permit") +
                    " FORCE INDEX (PRIMARY) SET leased_until = UNIX_TIMESTAMP() + ?" + condition,
                with_lease
            );
            transaction.query(
                "SELECT key_hash FROM " + schema("limit_permit") + " FORCE INDEX (PRIMARY)" +
                    condition,
                params,
                [&](const mysql::Row& row) { mine.push_back(row.u64(0)); }
            );
        });
        std::sort(mine.begin(), mine.end());
        std::vector<std::uint64_t> lost;
        std::copy_if(keys.begin(), keys.end(), std::back_inserter(lost), [&](std::uint64_t key) {
            return !std::binary_search(mine.begin(), mine.end(), key);
        });
        return lost;
    });
}

} // namespace bgerp::queue
