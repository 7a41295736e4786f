#include "base/output_file.hpp"

#include "base/file_error.hpp"

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <system_error>
#include <unistd.h>

namespace bgerp {

Result<OutputFile> OutputFile::open(const std::string& path) {
    std::error_code ignored; // the open below says what is wrong
    std::filesystem::create_directories(folder_of(path), ignored);
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0640);
    if (descriptor < 0) {
        return OutputFile(-1, path).failure(errno);
    }
    return OutputFile(descriptor, path);
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1))
    , path_(std::move(other.path_)) {}

OutputFile::~OutputFile() {
    if (descriptor_ >= 0) {
        ::close(descriptor_);
    }
}

Result<void> OutputFile::write_at(std::uint64_t offset, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t count =
            ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (count < 0 && errno != EINTR) {
            return failure(errno);
        }
        if (count > 0) {
            bytes.remove_prefix(static_cast<std::size_t>(count));
            offset += static_cast<std::uint64_t>(count);
        }
    }
    return {};
}

Result<void> OutputFile::truncate(std::uint64_t size) {
    if (::ftruncate(descriptor_, static_cast<off_t>(size)) != 0) {
        return failure(errno);
    }
    return {};
}

Result<void> OutputFile::sync() {
    if (::fdatasync(descriptor_) != 0) {
        return failure(errno);
    }
    return {};
}

tl::unexpected<Error> OutputFile::failure(int error) const {
    return tl::unexpected<Error>(file_error("write " + path_, error));
}

} // namespace bgerp
