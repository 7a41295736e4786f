// A file opened for reading at any offset, kept open while a download runs so that a deletion in
// between doesn't break it. Thread-safe: reads carry their own offset. Blocking.
#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace bgerp::http {

class OpenFile {
public:
    /// not_found when it isn't there or isn't a plain file.
    [[nodiscard]] static Result<std::shared_ptr<const OpenFile>> open(const std::string& path);

    OpenFile(int fd, std::uint64_t size)
        : fd_(fd)
        , size_(size) {}

    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;
    ~OpenFile();

    [[nodiscard]] std::uint64_t size() const { return size_; }

    /// Up to `size` bytes from `offset`; less only at the file's end. Throws Failure.
    [[nodiscard]] std::string read(std::uint64_t offset, std::size_t size) const;

private:
    int fd_;
    std::uint64_t size_;
};

} // namespace bgerp::http
