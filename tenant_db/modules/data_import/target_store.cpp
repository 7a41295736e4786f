#include "tenant_db/modules/data_import/target_store.hpp"

#include "tenant_db/modules/data_import/attendance_store.hpp"
#include "tenant_db/modules/data_import/table_store.hpp"

namespace bgerp::data_import {

std::unique_ptr<TargetStore>
make_target_store(const ImportTarget& target, const HeaderMap& header, ImportMode mode) {
    if (target.table == "attendance") {
        return std::make_unique<AttendanceStore>(mode);
    }
    return std::make_unique<TableStore>(target, header, mode);
}

} // namespace bgerp::data_import
