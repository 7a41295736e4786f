// Reads a finished XLSX file back. The library that writes it doesn't look at the result of every
// write to its temporary files, so that a disk that fills up in between gives a file with holes and
// no error. Used by the XLSX writer alone. Blocks on the disk; constant memory.
#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <string>

namespace bgerp::reports {

/// Inflates every part of the workbook and compares its checksum; each must be XML with both ends,
/// and the first sheet must hold exactly `sheet_bytes` between <sheetData> and </sheetData>. Fails
/// with storage_full otherwise: what was written is not what is there.
[[nodiscard]] Result<void> check_xlsx(const std::string& path, std::uint64_t sheet_bytes);

} // namespace bgerp::reports
