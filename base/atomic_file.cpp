#include "base/atomic_file.hpp"

#include "base/file_error.hpp"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace bgerp {

namespace {

constexpr std::size_t buffer_bytes = std::size_t{256} << 10U;

tl::unexpected<Error> failed_to(const std::string& doing, int error_number) {
    return tl::unexpected<Error>(file_error(doing, error_number));
}

enum class Locked { yes, by_another, replaced, failed };

// A lock on a file that was renamed or removed while we waited for it protects nothing: `replaced`.
Locked lock_in_place(int descriptor, const std::string& path) {
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
        return errno == EWOULDBLOCK ? Locked::by_another : Locked::failed;
    }

    struct stat opened {};

    struct stat named {};

    if (::fstat(descriptor, &opened) != 0) {
        return Locked::failed;
    }
    const bool same = ::stat(path.c_str(), &named) == 0 && opened.st_dev == named.st_dev &&
                      opened.st_ino == named.st_ino;
    return same ? Locked::yes : Locked::replaced;
}

// Without it the rename itself may be lost when the machine loses power.
Result<void> sync_folder(const std::string& folder) {
    const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) {
        return failed_to("open the folder " + folder, errno);
    }
    const int result = ::fsync(descriptor);
    const int error_number = errno;
    ::close(descriptor);
    // Some file systems can't sync a folder and say so; there it isn't needed.
    if (result != 0 && error_number != EINVAL) {
        return failed_to("sync the folder " + folder, error_number);
    }
    return {};
}

} // namespace

Result<AtomicFile> AtomicFile::create(std::string path) {
    const std::string temporary = path + ".tmp";
    constexpr mode_t owner_only = 0600;
    for (;;) {
        const int descriptor =
            ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, owner_only);
        if (descriptor < 0) {
            return failed_to("create " + temporary, errno);
        }
        const Locked locked = lock_in_place(descriptor, temporary);
        if (locked == Locked::replaced) {
            ::close(descriptor);
            continue;
        }
        if (locked != Locked::yes || ::ftruncate(descriptor, 0) != 0) {
            const int error_number = errno;
            ::close(descriptor);
            if (locked == Locked::by_another) {
                return fail(ErrorCode::conflict, path + " is being written by somebody else");
            }
            return failed_to("lock " + temporary, error_number);
        }
        return AtomicFile(std::move(path), temporary, descriptor);
    }
}

AtomicFile::AtomicFile(std::string path, std::string temporary_path, int descriptor)
    : path_(std::move(path))
    , temporary_path_(std::move(temporary_path))
    , descriptor_(descriptor) {
    buffer_.reserve(buffer_bytes);
}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : path_(std::move(other.path_))
    , temporary_path_(std::move(other.temporary_path_))
    , buffer_(std::move(other.buffer_))
    , descriptor_(std::exchange(other.descriptor_, -1))
    , failed_(other.failed_) {}

AtomicFile::~AtomicFile() {
    if (descriptor_ >= 0) {
        // While the lock is held, the name can't belong to another writer.
        ::unlink(temporary_path_.c_str());
        ::close(descriptor_);
    }
}

Result<void> AtomicFile::append(std::string_view bytes) {
    buffer_ += bytes;
    return buffer_.size() < buffer_bytes ? Result<void>() : flush();
}

Result<void> AtomicFile::flush() {
    std::string_view rest = buffer_;
    while (!rest.empty() && !failed_) {
        const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
        if (written < 0 && errno != EINTR) {
            failed_ = true;
            return failed_to("write " + path_, errno);
        }
        rest.remove_prefix(written > 0 ? static_cast<std::size_t>(written) : 0);
    }
    buffer_.clear();
    if (failed_) {
        return fail(ErrorCode::internal, "writing " + path_ + " has failed before");
    }
    return {};
}

Result<void> AtomicFile::commit() {
    if (auto flushed = flush(); !flushed) {
        return flushed;
    }
    if (::fsync(descriptor_) != 0 || std::rename(temporary_path_.c_str(), path_.c_str()) != 0) {
        failed_ = true;
        return failed_to("write " + path_, errno);
    }
    ::close(std::exchange(descriptor_, -1));
    return sync_folder(folder_of(path_));
}

} // namespace bgerp
