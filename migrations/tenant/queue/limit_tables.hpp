// The tables of limits and pauses: what holds jobs of a tenant back, and the jobs held back. Used
// by the queue's migrations and, for their names, by the grants. Constants; any thread.
#pragma once

#include "migrations/schema.hpp"

#include <array>
#include <string_view>

namespace bgerp::queue {

inline constexpr std::array<std::string_view, 4> limit_tables{
    "job_limit", "limit_key", "limit_permit", "job_blocked"};

void create_limit_tables(migrations::Schema& schema);
void drop_limit_tables(migrations::Schema& schema);

/// Pauses get a scope (a queue, a kind, everything) and an end.
void widen_pauses(migrations::Schema& schema);

/// What is no queue's pause, or ends by itself, is lifted.
void narrow_pauses(migrations::Schema& schema);

} // namespace bgerp::queue
