// The usual target store: a row of the file is a row of the table, told apart by its first column,
// with a department's name in the file as an id in the table. See target_store.hpp.
#pragma once

#include "tenant_db/modules/data_import/target_store.hpp"
#include "tenant_db/modules/hr/department_store.hpp"
#include "tenant_db/modules/multi_row.hpp"

#include <optional>

namespace bgerp::data_import {

class TableStore final : public TargetStore {
public:
    /// With ImportMode::upsert rows that exist take the columns that the file has, and no others.
    TableStore(const ImportTarget& target, const HeaderMap& header, ImportMode mode);

    [[nodiscard]] KeyStates find_keys(
        mysql::Session& session, const std::vector<std::string>& keys, std::uint64_t import_id
    ) override;

    void write(
        mysql::Transaction& transaction,
        const std::vector<const ImportedRow*>& rows,
        std::uint64_t import_id
    ) override;

    void commit_step() override { departments_.commit_step(); }

private:
    const ImportTarget& target_;
    std::optional<std::size_t> department_column_; // text in the file, an id in the table
    MultiRow insert_;
    hr::DepartmentStore departments_;
};

} // namespace bgerp::data_import
