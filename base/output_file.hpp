// A local file being written at places of the caller's choice: errors files of imports, reports,
// copies of uploads. Nothing is on the disk for certain before sync(). A disk that is full is an
// expected error here, because the caller can say so to whoever asked for the file. Not
// thread-safe; blocking.
#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace bgerp {

class OutputFile {
public:
    /// Opens `path` for writing, created when missing and left as it is otherwise; its folder is
    /// made when it isn't there. forbidden or internal when that can't be done, storage_full.
    [[nodiscard]] static Result<OutputFile> open(const std::string& path);

    OutputFile(OutputFile&& other) noexcept;
    OutputFile& operator=(OutputFile&&) = delete;
    ~OutputFile();

    /// Writes all of `bytes` at `offset`, over what is there. storage_full or internal; how much
    /// was written is then unknown.
    [[nodiscard]] Result<void> write_at(std::uint64_t offset, std::string_view bytes);

    /// Cuts the file (or fills it with zeros) to `size` bytes.
    [[nodiscard]] Result<void> truncate(std::uint64_t size);

    /// Returns once everything written has reached the disk.
    [[nodiscard]] Result<void> sync();

private:
    OutputFile(int descriptor, std::string path)
        : descriptor_(descriptor)
        , path_(std::move(path)) {}

    [[nodiscard]] tl::unexpected<Error> failure(int error) const;

    int descriptor_;
    std::string path_; // for messages
};

} // namespace bgerp
