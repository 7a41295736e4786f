// The statements on the table that an import fills: which keys are there already, and writing the
// accepted rows of a step. Made once per import, because its texts depend on the columns that the
// file has. Blocking; errors of the database are thrown, a duplicate key (another import was
// faster) among them. Not thread-safe.
#pragma once

#include "base/mysql/transaction.hpp"
#include "tenant_db/modules/data_import/header_map.hpp"
#include "tenant_db/modules/data_import/import_record.hpp"
#include "tenant_db/modules/data_import/import_target.hpp"
#include "tenant_db/modules/hr/department_store.hpp"
#include "tenant_db/modules/multi_row.hpp"

#include <unordered_map>
#include <vector>

namespace bgerp::data_import {

/// Keys that are in the table, each with whether this very import wrote it.
using ExistingKeys = std::unordered_map<std::string, bool>;

class TargetStore {
public:
    /// With ImportMode::upsert rows that exist take the columns that the file has, and no others.
    TargetStore(const ImportTarget& target, const HeaderMap& header, ImportMode mode);

    /// One statement for all of `keys`.
    [[nodiscard]] ExistingKeys find_existing(
        mysql::Session& session, const std::vector<std::string>& keys, std::uint64_t import_id
    ) const;

    /// Inserts the rows, in upsert mode updates those that exist, marked with the import's id.
    void write(
        mysql::Transaction& transaction,
        const std::vector<const ImportedRow*>& rows,
        std::uint64_t import_id
    );

    /// The step of the last write() committed.
    void commit_step() { departments_.commit_step(); }

private:
    const ImportTarget& target_;
    std::optional<std::size_t> department_column_; // text in the file, an id in the table
    MultiRow insert_;
    hr::DepartmentStore departments_;
};

} // namespace bgerp::data_import
