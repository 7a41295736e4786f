#include "tenant_db/modules/data_import/import_record.hpp"

namespace bgerp::data_import {

Json import_output(const ImportRecord& import) {
    const ImportCursor& cursor = import.cursor;
    Json output{
        {"import_id", import.id},
        {"rows", cursor.rows},
        {"accepted", cursor.accepted},
        {"rejected", cursor.rejected},
        {"errors", Json::object()}};
    for (const auto& [code, count] : cursor.errors_by_code) {
        output["errors"][code] = count;
    }
    if (import.dry_run) {
        output["dry_run"] = true;
    }
    if (cursor.rejected > 0) {
        output["errors_file"] = import.errors_file_name();
    }
    return output;
}

} // namespace bgerp::data_import
