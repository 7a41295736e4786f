#include "base/file_error.hpp"

#include <cerrno>
#include <system_error>

namespace bgerp {

std::string folder_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    if (slash == std::string::npos) {
        return ".";
    }
    return slash == 0 ? "/" : path.substr(0, slash);
}

Error file_error(const std::string& doing, int error_number) {
    ErrorCode code = ErrorCode::internal;
    switch (error_number) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG: // the process's own limit on file sizes
        code = ErrorCode::storage_full;
        break;
    case ENOENT:
    case ENOTDIR:
        code = ErrorCode::not_found;
        break;
    case EACCES:
    case EPERM:
    case EROFS:
        code = ErrorCode::forbidden;
        break;
    default:
        break;
    }
    return {
        code,
        "can't " + doing + ": " + std::error_code(error_number, std::generic_category()).message(),
        {},
        {}};
}

} // namespace bgerp
