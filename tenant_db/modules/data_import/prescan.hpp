// Reads a whole file before any of its rows is loaded, for damage that would leave it half
// imported: wrong encoding, broken quotes, endless records, a header that doesn't fit. Constant
// memory, no database. Blocking; stops early when the job is to stop.
#pragma once

#include "base/csv.hpp"
#include "tenant_db/job_control.hpp"
#include "tenant_db/modules/data_import/header_map.hpp"
#include "tenant_db/modules/data_import/import_record.hpp"
#include "tenant_db/modules/data_import/import_target.hpp"

#include <string>

namespace bgerp::data_import {

/// Reads the header of the file at `path` and moves `cursor` behind it unless it stands further on
/// already. invalid_argument when the file is empty or the header doesn't fit.
[[nodiscard]] Result<HeaderMap> read_header(
    const std::string& path, const ImportTarget& target, const Json& mapping, ImportCursor& cursor
);

/// Reads on to the end from `cursor`. invalid_argument or too_large with line and column;
/// cancelled when the job is to stop.
[[nodiscard]] Result<void> scan_records(
    const std::string& path,
    const HeaderMap& header,
    const ImportCursor& cursor,
    const JobControl& control
);

/// The file from `cursor` on.
[[nodiscard]] Result<CsvReader>
open_at(const std::string& path, const HeaderMap& header, const ImportCursor& cursor);

} // namespace bgerp::data_import
