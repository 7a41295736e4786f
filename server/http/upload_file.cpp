#include "server/http/upload_file.hpp"

#include "base/ids.hpp"

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <system_error>
#include <unistd.h>

namespace bgerp::http {

namespace {

constexpr std::uint64_t bytes_per_mib = 1024ULL * 1024;

Error storage_error(int number) {
    const bool full = number == ENOSPC || number == EDQUOT || number == EFBIG;
    return {
        full ? ErrorCode::storage_full : ErrorCode::internal,
        full ? "there is no room left for the file" : "the file can't be stored",
        {},
        std::error_code(number, std::generic_category()).message()};
}

} // namespace

UploadFile::UploadFile(const std::string& dir, std::uint64_t bytes_max)
    : path_(dir + "/" + new_uuid() + ".part")
    , bytes_max_(bytes_max) {
    std::error_code error;
    std::filesystem::create_directories(dir, error);
    if (!error) {
        std::filesystem::permissions(dir, std::filesystem::perms::owner_all, error);
    }
    if (error) {
        throw Failure(storage_error(error.value()));
    }
    fd_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd_ < 0) {
        throw Failure(storage_error(errno));
    }
}

UploadFile::~UploadFile() {
    if (fd_ >= 0) {
        ::close(fd_);
    }
    if (!kept_) {
        ::unlink(path_.c_str());
    }
}

Result<void> UploadFile::write(std::string_view piece) {
    if (size_ + piece.size() > bytes_max_) {
        return fail(
            ErrorCode::too_large,
            "the file is larger than the " + std::to_string(bytes_max_ / bytes_per_mib) +
                " MiB allowed"
        );
    }
    hash_.add(piece);
    while (!piece.empty()) {
        const ssize_t put = ::write(fd_, piece.data(), piece.size());
        if (put < 0 && errno == EINTR) {
            continue;
        }
        if (put < 0) {
            return tl::unexpected<Error>(storage_error(errno));
        }
        size_ += static_cast<std::uint64_t>(put);
        piece.remove_prefix(static_cast<std::size_t>(put));
    }
    return {};
}

Result<void> UploadFile::move_to(const std::string& path) {
    const bool synced = ::fdatasync(fd_) == 0;
    const int number = errno;
    const bool closed = ::close(fd_) == 0;
    fd_ = -1;
    if (!synced || !closed) {
        return tl::unexpected<Error>(storage_error(synced ? errno : number));
    }
    std::error_code error;
    std::filesystem::create_directories(std::filesystem::path(path).parent_path(), error);
    if (!error) {
        std::filesystem::rename(path_, path, error);
    }
    if (error) {
        return tl::unexpected<Error>(storage_error(error.value()));
    }
    path_ = path;
    return {};
}

} // namespace bgerp::http
