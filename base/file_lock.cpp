#include "base/file_lock.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <utility>

namespace bgerp {

Result<FileLock> FileLock::acquire(const std::string& path, Deadline deadline) {
    constexpr mode_t mode = 0600;
    const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, mode);
    if (descriptor < 0) {
        return fail(
            ErrorCode::internal,
            "can't open the lock file '" + path + "': " + std::generic_category().message(errno)
        );
    }
    FileLock lock(descriptor);
    // The kernel has no lock with a time-out: ask, pause, ask again.
    while (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
        if (deadline.passed()) {
            return fail(ErrorCode::timeout, "'" + path + "' is locked by another process");
        }
        std::this_thread::sleep_for(std::min(deadline.remaining(), std::chrono::milliseconds(20)));
    }
    return lock;
}

FileLock::FileLock(FileLock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileLock::~FileLock() {
    if (descriptor_ >= 0) {
        close(descriptor_);
    }
}

} // namespace bgerp
