// All tables of a queue as text that can be compared: what the rows say, without what differs from
// run to run (ids that the database gave, times, uuids that the code under test made).
#pragma once

#include "base/mysql/pool.hpp"

#include <string>
#include <vector>

namespace bgerp::queue {

/// uuids that begin so are the test's own and are kept.
constexpr const char* known_uuid_prefix = "00000000-0000-4000-8000-";

/// The test's `number`-th uuid, up to 99.
[[nodiscard]] std::string known_uuid(int number);

/// One line a row, sorted; `pool`'s connections are in the tenant's database. `more` names tables
/// of the test's own.
[[nodiscard]] std::string dump_tables(mysql::Pool& pool, const std::vector<std::string>& more = {});

/// Empties all tables of the queue.
void empty_tables(mysql::Pool& pool, const std::vector<std::string>& more = {});

} // namespace bgerp::queue
