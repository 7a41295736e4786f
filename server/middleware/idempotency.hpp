// Writes that a client may safely repeat: with an `Idempotency-Key` the key, the effect and the
// answer commit in one transaction of the tenant's database, so whoever sends the same request
// again gets the answer of the first, whatever broke in between. Keys are kept for a day, per
// account. Blocking.
#pragma once

#include "base/mysql/transaction.hpp"
#include "server/middleware/call.hpp"

#include <functional>
#include <string>

namespace bgerp::server {

using TransactionStep = std::function<Result<http::Response>(mysql::Transaction&)>;

/// Runs `step` in a transaction of the tenant's database and returns its answer. With a key that
/// was used before: the stored answer, with `Idempotency-Replayed: true`, if the request is the
/// same, else invalid_argument. A request under way with the same key is waited for. An error of
/// `step` rolls back and frees the key. `content` stands for what the request is about: its body,
/// or the hash of a streamed one. Repeats the step as with_transaction does.
[[nodiscard]] Result<http::Response>
run_once(Call& call, const std::string& content, const TransactionStep& step);

} // namespace bgerp::server
