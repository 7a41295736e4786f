#include "base/byte_source.hpp"

#include "base/file_error.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace bgerp {

namespace {

class FileSource final : public ByteSource {
public:
    FileSource(int descriptor, std::string path)
        : descriptor_(descriptor)
        , path_(std::move(path)) {}

    FileSource(const FileSource&) = delete;
    FileSource& operator=(const FileSource&) = delete;

    ~FileSource() override { ::close(descriptor_); }

    Result<std::size_t> read(std::span<char> block) override {
        for (;;) {
            const ssize_t count = ::read(descriptor_, block.data(), block.size());
            if (count >= 0) {
                return static_cast<std::size_t>(count);
            }
            if (errno != EINTR) {
                return tl::unexpected<Error>(file_error("read " + path_, errno));
            }
        }
    }

private:
    int descriptor_;
    std::string path_;
};

class TextSource final : public ByteSource {
public:
    explicit TextSource(std::string text)
        : text_(std::move(text)) {}

    Result<std::size_t> read(std::span<char> block) override {
        const std::size_t count = std::min(block.size(), text_.size() - position_);
        std::memcpy(block.data(), text_.data() + position_, count);
        position_ += count;
        return count;
    }

private:
    std::string text_;
    std::size_t position_ = 0;
};

tl::unexpected<Error> open_failure(const std::string& path, int error_number) {
    return tl::unexpected<Error>(file_error("open " + path, error_number));
}

} // namespace

Result<std::unique_ptr<ByteSource>>
open_file_source(const std::string& path, std::uint64_t offset) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        return open_failure(path, errno);
    }
    auto source = std::make_unique<FileSource>(descriptor, path);

    struct stat status {};

    if (::fstat(descriptor, &status) != 0) {
        return open_failure(path, errno);
    }
    if (S_ISDIR(status.st_mode)) {
        return fail(ErrorCode::invalid_argument, path + " is a directory, not a file");
    }
    if (offset > 0) {
        // Reading on from beyond the end would look like an empty rest: say that the file changed.
        if (S_ISREG(status.st_mode) && static_cast<std::uint64_t>(status.st_size) < offset) {
            return fail(
                ErrorCode::invalid_argument,
                path + " ends before byte " + std::to_string(offset) +
                    ", where reading should go on: it is not the same file any more"
            );
        }
        if (::lseek(descriptor, static_cast<off_t>(offset), SEEK_SET) < 0) {
            return fail(ErrorCode::invalid_argument, "can't go on in the middle of " + path);
        }
    }
    // Only a hint for read-ahead: a failure changes nothing but speed.
    (void)::posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL);
    return source;
}

std::unique_ptr<ByteSource> make_text_source(std::string text) {
    return std::make_unique<TextSource>(std::move(text));
}

} // namespace bgerp
