// What a job has done so far, for jobs that go on where they stopped: a row for each finished step,
// with its output, and for each cursor. A row is written in the transaction of the work it stands
// for, under the job's fence, so a step's effect and the memory of it commit together or not at
// all. Rows are removed when the job completes or is cancelled; those of a failed one stay for as
// long as it may be retried. For handlers of any kind, through whoever runs them. Blocking.
#pragma once

#include "base/json.hpp"
#include "base/mysql/transaction.hpp"
#include "tenant_db/queue/job.hpp"
#include "tenant_db/queue/schema.hpp"

#include <map>
#include <string>
#include <vector>

namespace bgerp::queue {

using JobSteps = std::map<std::string, Json>;

/// Everything the job has written, by name.
[[nodiscard]] JobSteps
read_job_steps(mysql::Session& session, const QueueSchema& schema, const std::string& uuid);

/// Writes a finished step's output, or moves a cursor, and proves as checkpoint_if_mine() does that
/// the job is still the holder's: make it the last statement before the commit. From then on the
/// holder's copy of the job must have flag_steps. invalid_argument for a name that is none (1 to
/// 190 characters, not beginning with "signal:") or a job without a uuid, too_large for a value of
/// more than 1 MiB, lease_lost: roll back after each of them.
[[nodiscard]] Result<void> write_step_if_mine(
    mysql::Transaction& transaction,
    const QueueSchema& schema,
    const ReservedJob& job,
    const std::string& name,
    const Json& value
);

/// The jobs ended well or by somebody's wish: nothing will be asked again. Used by the engine.
void remove_job_steps(
    mysql::Session& session, const QueueSchema& schema, const std::vector<std::string>& uuids
);

/// The jobs failed for good, and may be put back. Used by the engine.
void keep_job_steps(
    mysql::Session& session, const QueueSchema& schema, const std::vector<std::string>& uuids
);

/// A failed job was put back: it goes on after its finished steps, and waits for signals anew. Used
/// by the engine.
void reopen_job_steps(mysql::Session& session, const QueueSchema& schema, const std::string& uuid);

/// A row of job_step under any name, as it is: used by the engine.
void write_job_step(
    mysql::Session& session,
    const QueueSchema& schema,
    const std::string& uuid,
    const std::string& name,
    const Json& value
);

} // namespace bgerp::queue
