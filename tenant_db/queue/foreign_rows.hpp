// Jobs of ours that Laravel's worker put back: it deletes the row and inserts another one of the
// columns that it knows, so without flags. Found by their payload, which begins with the uuid as
// ours do, wherever our own verbs may have moved them since. Used by foreign_ends alone. Blocking.
#pragma once

#include "base/mysql/session.hpp"
#include "tenant_db/queue/schema.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace bgerp::queue {

struct NewRow {
    enum class Place { jobs, delayed, held_back };

    Place place = Place::jobs;
    std::string queue;
    std::int64_t priority = 0;
    std::uint64_t id = 0;
    std::int64_t available_at = 0;
    std::int64_t delay_s = 0;
};

using NewRows = std::map<std::string, NewRow>; // by uuid

/// Rows of these jobs that are younger than the row `oldest` of jobs. No locks.
[[nodiscard]] NewRows rows_put_back(
    mysql::Session& session,
    const QueueSchema& schema,
    const std::vector<std::string>& uuids,
    std::uint64_t oldest
);

/// Gives the row its flags again; false when it isn't there any more, or has some. Locks it, and
/// belongs before any lock of job_run.
[[nodiscard]] bool
flag_row(mysql::Session& session, const QueueSchema& schema, const NewRow& row, std::int64_t flags);

} // namespace bgerp::queue
