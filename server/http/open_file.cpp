#include "server/http/open_file.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace bgerp::http {

Result<std::shared_ptr<const OpenFile>> OpenFile::open(const std::string& path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) {
        return fail(ErrorCode::not_found, "no such file");
    }

    struct stat about {};

    if (::fstat(fd, &about) != 0 || !S_ISREG(about.st_mode)) {
        ::close(fd);
        return fail(ErrorCode::not_found, "no such file");
    }
    return std::make_shared<const OpenFile>(fd, static_cast<std::uint64_t>(about.st_size));
}

OpenFile::~OpenFile() {
    ::close(fd_);
}

std::string OpenFile::read(std::uint64_t offset, std::size_t size) const {
    std::string bytes(size, '\0');
    std::size_t filled = 0;
    while (filled < size) {
        const ssize_t got =
            ::pread(fd_, bytes.data() + filled, size - filled, static_cast<off_t>(offset + filled));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            const std::error_code error(errno, std::generic_category());
            throw Failure(ErrorCode::internal, "a file can't be read", error.message());
        }
        if (got == 0) {
            break;
        }
        filled += static_cast<std::size_t>(got);
    }
    bytes.resize(filled);
    return bytes;
}

} // namespace bgerp::http
