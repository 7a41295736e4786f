// Reserved jobs sorted into groups that one statement can name: same queue, priority, owner and
// attempts, so that the fence is two values and the keys an IN list of ids. Used by the verbs that
// move jobs. Blocking where a session is passed.
#pragma once

#include "base/error.hpp"
#include "base/mysql/session.hpp"
#include "tenant_db/queue/job.hpp"
#include "tenant_db/queue/schema.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace bgerp::queue {

class FenceGroup {
public:
    /// Groups of at most in_list_max members, in the order of the clustered key.
    [[nodiscard]] static std::vector<FenceGroup>
    of(const std::vector<const ReservedJob*>& jobs, const std::vector<std::size_t>& members);

    /// Indexes into the jobs that the groups were made of.
    [[nodiscard]] const std::vector<std::size_t>& members() const { return members_; }

    [[nodiscard]] const std::vector<std::uint64_t>& ids() const { return ids_; }

    [[nodiscard]] const ReservedJob& first() const { return *first_; }

    /// Deletes the rows that are still the holder's; returns how many.
    std::uint64_t delete_rows(mysql::Session& session, const QueueSchema& schema) const;

    /// Locks the rows that are still the holder's and returns the indexes of their jobs: what else
    /// is written for a job must be written for those alone. With `skip_locked`, rows that another
    /// transaction holds are missing too.
    [[nodiscard]] std::vector<std::size_t>
    lock_rows(mysql::Session& session, const QueueSchema& schema, bool skip_locked = false) const;

    /// The same without locks: what was last committed.
    [[nodiscard]] std::vector<std::size_t>
    read_rows(mysql::Session& session, const QueueSchema& schema) const;

    /// "queue = ? AND priority = ? AND (the ids) AND reserved_by = ? AND attempts = ?"
    [[nodiscard]] std::string condition() const;

    /// Appends the condition's values.
    void bind(mysql::Params& params) const;

private:
    explicit FenceGroup(const ReservedJob& first)
        : first_(&first) {}

    [[nodiscard]] std::vector<std::size_t>
    select_rows(mysql::Session& session, const QueueSchema& schema, const char* locking) const;

    const ReservedJob* first_; // what all members have in common
    std::vector<std::size_t> members_;
    std::vector<std::uint64_t> ids_;
};

/// The condition of a group for one job, and its values.
inline constexpr const char* fence_condition =
    "queue = ? AND priority = ? AND id = ? AND reserved_by = ? AND attempts = ?";

void bind_fence(mysql::Params& params, const ReservedJob& job);

/// Runs a statement that reads without a lock whether the job is the holder's, and returns the rows
/// it matched. When none, the claim may not have committed yet (docs/adr/0003): waits for the row's
/// lock, and runs it once more if the job is the holder's after all.
std::uint64_t execute_if_held(
    mysql::Session& session,
    const QueueSchema& schema,
    const ReservedJob& job,
    const std::string& sql,
    const mysql::Params& params
);

/// Deletes a job's row if it is still the holder's; says whether it was.
[[nodiscard]] bool
delete_if_mine(mysql::Session& session, const QueueSchema& schema, const ReservedJob& job);

/// The error of every verb whose caller doesn't hold the job any more.
[[nodiscard]] tl::unexpected<Error> lease_lost();

} // namespace bgerp::queue
