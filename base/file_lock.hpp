// An exclusive lock on a file, held by one process at a time and given back by the kernel when its
// holder dies. Orders what two programs on one machine must not do at once, such as starting the
// private server. Not for data shared over a network file system. Not thread-safe.
#pragma once

#include "base/deadline.hpp"
#include "base/error.hpp"

#include <string>

namespace bgerp {

class FileLock {
public:
    /// Creates the file if it isn't there and waits for the lock. timeout at the deadline,
    /// internal when the file can't be opened.
    [[nodiscard]] static Result<FileLock> acquire(const std::string& path, Deadline deadline);

    FileLock(FileLock&& other) noexcept;
    FileLock& operator=(FileLock&&) = delete;
    ~FileLock();

private:
    explicit FileLock(int descriptor)
        : descriptor_(descriptor) {}

    int descriptor_;
};

} // namespace bgerp
