// What follows from the ends of a workflow's steps, for transactions that hold the workflow's row:
// one at a time, so that counting is safe. Used by the queue's implementation alone. Blocking.
#pragma once

#include "base/mysql/transaction.hpp"
#include "tenant_db/queue/schema.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace bgerp::queue {

/// A workflow's row while it is locked.
struct WorkflowRow {
    std::string id;
    std::string state;       // running, completed, failed, cancelled
    std::string stop;        // no, or the state it will end in
    std::int64_t open = 0;   // steps that haven't ended
    std::int64_t active = 0; // steps with a job, and those whose end isn't counted yet
};

/// PRIMARY (id), exclusive. READ COMMITTED: what is read afterwards is newer than every end that
/// was committed before.
[[nodiscard]] std::optional<WorkflowRow>
lock_workflow(mysql::Session& session, const QueueSchema& schema, const std::string& workflow_id);

void write_workflow(
    mysql::Session& session, const QueueSchema& schema, const WorkflowRow& workflow
);

[[nodiscard]] bool
has_todo(mysql::Session& session, const QueueSchema& schema, const std::string& workflow_id);

struct Settling {
    std::size_t enqueued = 0;
    bool stopped = false;  // by this call
    bool finished = false; // likewise
};

/// Takes up to 500 notes: counts ends, enqueues what is ready, finishes the workflow when nothing
/// is left. Writes the row.
Settling
settle_some(mysql::Transaction& transaction, const QueueSchema& schema, WorkflowRow& workflow);

/// The same for all notes there are.
void settle_locked_workflow(
    mysql::Transaction& transaction, const QueueSchema& schema, WorkflowRow& workflow
);

/// The workflow runs again: what became ready while it was stopped is noted. Writes the row.
void reopen(mysql::Session& session, const QueueSchema& schema, WorkflowRow& workflow);

} // namespace bgerp::queue
