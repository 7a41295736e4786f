// Runs an import: the job `import.load`. First the whole file is read for damage, then it is loaded
// in steps of a thousand records, each one transaction that holds its rows, the cursor and the
// proof that the job is still ours. Whoever runs the same import later goes on behind the last step
// that committed; no row is counted or written twice. Memory doesn't grow with the file, except for
// a dry run's keys. Called from a worker's thread; blocking for as long as the file takes.
#pragma once

#include "base/mysql/pool.hpp"
#include "tenant_db/job_control.hpp"
#include "tenant_db/storage.hpp"

#include <cstdint>

namespace bgerp::data_import {

/// Records a step. Small enough to keep a transaction in the tens of milliseconds, large enough
/// that the commit doesn't matter.
inline constexpr std::size_t chunk_records = 1000;

/// Returns {"rows","accepted","rejected","errors":{code: rows}, …} (import_output). Errors:
/// invalid_argument or too_large when the file is damaged or its header doesn't fit, not_found when
/// the file or the module is gone (the import has then failed for good and nothing was loaded),
/// conflict when it has ended before, cancelled, lease_lost, storage_full. Failure of the database
/// is thrown and can be tried again.
[[nodiscard]] Result<Json> run_import(
    mysql::Pool& pool, JobControl& control, const TenantStorage& storage, std::uint64_t import_id
);

} // namespace bgerp::data_import
