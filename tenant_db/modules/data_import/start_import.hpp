// Orders an import: its row and its job, in the caller's transaction, so that there is never one
// without the other. Used by the command line and by the server once the file lies in the tenant's
// storage. Blocking.
#pragma once

#include "base/json.hpp"
#include "base/mysql/transaction.hpp"
#include "tenant_db/storage.hpp"

#include <string>

namespace bgerp::data_import {

inline constexpr const char* import_kind = "import.load";

/// Its arguments.
inline constexpr const char* import_args = R"({"type": "object", "required": ["import_id"],
    "properties": {"import_id": {"type": "integer", "minimum": 1}}})";

struct ImportOrder {
    std::string target;          // "employees"
    std::string mode = "insert"; // or "upsert"
    Json mapping;                // {"csv column": "field"}; null: columns are matched by name
    bool dry_run = false;
    StoredFile file;
    std::string original_name; // for people
    std::string queue = "default";
};

struct StartedImport {
    std::uint64_t import_id = 0;
    std::string job_uuid;
};

/// invalid_argument, with the field, for an unknown target or mode or a mapping that isn't an
/// object of column names and known fields (null leaves a column out).
[[nodiscard]] Result<void> check_order(const ImportOrder& order);

/// Checks the order, writes it down and enqueues the job. Errors as check_order and the queue's.
[[nodiscard]] Result<StartedImport>
start_import(mysql::Transaction& transaction, const ImportOrder& order);

} // namespace bgerp::data_import
