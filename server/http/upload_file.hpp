// A request body on its way into a file: written in pieces under a temporary name, removed unless
// kept. Used by the upload routes; written by one thread at a time. Blocking.
#pragma once

#include "base/crypto.hpp"
#include "server/http/body_sink.hpp"

#include <cstdint>
#include <string>

namespace bgerp::http {

class UploadFile final : public BodySink {
public:
    /// Makes `dir` (mode 0700) if it isn't there and an empty file in it. Throws Failure
    /// (storage_full when the disk is).
    UploadFile(const std::string& dir, std::uint64_t bytes_max);
    ~UploadFile() override;

    [[nodiscard]] Result<void> write(std::string_view piece) override;

    /// Flushes the bytes to the disk, closes the file and renames it to `path` (on the same file
    /// system; folders are made). Nothing may be written afterwards. storage_full when it can't.
    [[nodiscard]] Result<void> move_to(const std::string& path);

    /// Of all that was written, in hexadecimal. To be called once, last.
    [[nodiscard]] std::string sha256_hex() { return hash_.finish_hex(); }

    /// The file outlives this object from now on.
    void keep() { kept_ = true; }

    [[nodiscard]] const std::string& path() const { return path_; }

    [[nodiscard]] std::uint64_t size() const { return size_; }

private:
    std::string path_;
    std::uint64_t bytes_max_;
    Sha256 hash_;
    std::uint64_t size_ = 0;
    int fd_ = -1;
    bool kept_ = false;
};

} // namespace bgerp::http
