// The fork half of run_child: pipes, process group, limits, exec. Kept apart because between fork
// and exec of a threaded program only async-signal-safe calls are allowed, so everything the child
// needs is prepared before.
#pragma once

#include "base/run_child.hpp"

#include <sys/types.h>
#include <unistd.h>
#include <utility>

namespace bgerp {

/// An open file, closed when it goes out of scope.
class OpenFile {
public:
    OpenFile() = default;

    explicit OpenFile(int fd)
        : fd_(fd) {}

    OpenFile(OpenFile&& other) noexcept
        : fd_(std::exchange(other.fd_, -1)) {}

    OpenFile& operator=(OpenFile&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }

    ~OpenFile() { close(); }

    void close() {
        if (fd_ >= 0) {
            ::close(std::exchange(fd_, -1));
        }
    }

    [[nodiscard]] int fd() const { return fd_; }

    [[nodiscard]] bool open() const { return fd_ >= 0; }

private:
    int fd_ = -1;
};

/// A running child and our non-blocking ends of its pipes.
struct StartedChild {
    pid_t pid = -1;
    OpenFile pidfd; // readable once the child has ended
    OpenFile input;
    OpenFile output;
    OpenFile errors;
};

/// Errors as run_child's not_found and unavailable.
[[nodiscard]] Result<StartedChild> start_child(const ChildOptions& options);

} // namespace bgerp
