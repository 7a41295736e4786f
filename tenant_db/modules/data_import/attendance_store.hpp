// The target store of attendance: rows name the employee by code, the table by id, and employee and
// day together are the key. See target_store.hpp.
#pragma once

#include "tenant_db/modules/data_import/target_store.hpp"
#include "tenant_db/modules/multi_row.hpp"

namespace bgerp::data_import {

class AttendanceStore final : public TargetStore {
public:
    explicit AttendanceStore(ImportMode mode);

    [[nodiscard]] KeyStates find_keys(
        mysql::Session& session, const std::vector<std::string>& keys, std::uint64_t import_id
    ) override;

    void write(
        mysql::Transaction& transaction,
        const std::vector<const ImportedRow*>& rows,
        std::uint64_t import_id
    ) override;

private:
    void read_employees(mysql::Session& session, const std::vector<std::string>& keys);

    MultiRow insert_;
    std::unordered_map<std::string, std::uint64_t> employee_ids_; // by code; of this step
};

} // namespace bgerp::data_import
