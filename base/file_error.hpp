// What all code that opens, reads and writes files shares: the meaning of a failed system call, and
// the folder a path is in. Pure functions, any thread.
#pragma once

#include "base/error.hpp"

#include <string>

namespace bgerp {

/// The folder of a path, "." when it names none.
[[nodiscard]] std::string folder_of(const std::string& path);

/// What a failed system call on a file means: storage_full for ENOSPC and quotas, not_found,
/// forbidden, else internal. `doing` is "write report.csv".
[[nodiscard]] Error file_error(const std::string& doing, int error_number);

} // namespace bgerp
