// The statements on `data_import`: an import's order, its cursor and its end. Functions that take a
// Transaction are one step of it; nothing here commits. Blocking; errors of the database are
// thrown.
#pragma once

#include "base/mysql/transaction.hpp"
#include "tenant_db/modules/data_import/import_record.hpp"

#include <string>
#include <vector>

namespace bgerp::data_import {

/// Inserts a pending import and returns its id. `import.id` and the cursor are not read.
[[nodiscard]] std::uint64_t insert_import(
    mysql::Transaction& transaction,
    const ImportRecord& import,
    const std::string& original_name,
    const std::string& job_uuid
);

/// not_found when there is no such import.
[[nodiscard]] Result<ImportRecord> load_import(mysql::Session& session, std::uint64_t id);

/// The import as people see it: id, target, mode, state, counts, error, times. not_found as above.
[[nodiscard]] Result<Json> show_import(mysql::Session& session, std::uint64_t id);

/// All imports, newest first, below `before_id` (0: from the newest).
[[nodiscard]] std::vector<Json>
list_imports(mysql::Session& session, std::uint64_t before_id, std::size_t limit);

/// Locks the import's row until the transaction's end and proves that nobody moved its cursor since
/// it was read: lease_lost when somebody did, because then two workers hold the same job.
[[nodiscard]] Result<void> lock_cursor(mysql::Transaction& transaction, const ImportRecord& import);

/// Remembers that the whole file was read without finding damage.
void mark_scanned(mysql::Transaction& transaction, std::uint64_t id);

void save_cursor(
    mysql::Transaction& transaction, std::uint64_t id, const ImportCursor& cursor, bool completed
);

/// Ends the import as failed; the message is for people.
void mark_failed(mysql::Transaction& transaction, std::uint64_t id, const Error& error);

} // namespace bgerp::data_import
