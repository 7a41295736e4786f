// The only way to open a transaction: `with_transaction(pool, deadline, fn)` runs the whole of `fn`
// again when the database says that it lost a conflict (1020, 1205, 1213) or the connection before
// COMMIT, a capped number of times, with jitter, inside the deadline. `fn` must therefore have no
// effect outside the transaction that it can't repeat. A connection lost at COMMIT is ambiguous
// and thrown as CommitUnknown. Whatever `fn` throws rolls back. Blocking.
#pragma once

#include "base/deadline.hpp"
#include "base/mysql/pool.hpp"
#include "base/mysql/session.hpp"

#include <functional>
#include <optional>
#include <type_traits>

namespace bgerp::mysql {

class Transaction final : public Session {
public:
    explicit Transaction(Connection& connection)
        : connection_(connection) {}

    std::uint64_t execute(std::string_view sql, const Params& params = {}) override {
        return connection_.execute(sql, params);
    }

    void query(std::string_view sql, const Params& params, const RowCallback& on_row) override {
        connection_.query(sql, params, on_row);
    }

    [[nodiscard]] std::uint64_t last_insert_id() override { return connection_.last_insert_id(); }

private:
    Connection& connection_;
};

/// The untyped core of with_transaction. Commits when `fn` returns true, rolls back when false.
void run_transaction(Pool& pool, Deadline deadline, const std::function<bool(Transaction&)>& fn);

/// Runs `fn`, which runs a single statement, without a transaction around it: the statement commits
/// by itself, a round trip sooner. Runs it again when the database says deadlock, lock wait or
/// changed row. Throws CommitUnknown when the connection is lost, since nobody knows then whether
/// it took effect.
void run_statement(Pool& pool, Deadline deadline, const std::function<void(Session&)>& fn);

/// Runs `fn(Transaction&)` in a transaction and returns what it returned. When `fn` returns a
/// Result that holds an error, the transaction is rolled back and the error returned.
template <class Fn>
auto with_transaction(Pool& pool, Deadline deadline, Fn fn)
    -> std::invoke_result_t<Fn, Transaction&> {
    using Value = std::invoke_result_t<Fn, Transaction&>;
    if constexpr (std::is_void_v<Value>) {
        run_transaction(pool, deadline, [&](Transaction& transaction) {
            fn(transaction);
            return true;
        });
    } else {
        std::optional<Value> value;
        run_transaction(pool, deadline, [&](Transaction& transaction) {
            value.emplace(fn(transaction));
            if constexpr (requires {
                              value->has_value();
                              value->error();
                          }) {
                return value->has_value();
            } else {
                return true;
            }
        });
        return std::move(*value);
    }
}

} // namespace bgerp::mysql
