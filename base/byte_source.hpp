// Where bytes come from: a file read in blocks, or text already in memory (tests, small request
// bodies). The CSV reader sits on it; nothing here knows what the bytes mean. A source belongs to
// one thread at a time. Reads block; there is no time-out, files are local.
#pragma once

#include "base/error.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace bgerp {

class ByteSource {
public:
    ByteSource() = default;
    ByteSource(const ByteSource&) = delete;
    ByteSource& operator=(const ByteSource&) = delete;
    virtual ~ByteSource() = default;

    /// Fills the front of `block` (never empty) and says how many bytes came; 0 means the end.
    /// Fails with `internal` when the device does; not worth calling again after that.
    virtual Result<std::size_t> read(std::span<char> block) = 0;
};

/// Opens a file for reading from byte `offset` on. Fails with not_found, forbidden, or
/// invalid_argument (a directory; a file that ends before `offset`).
[[nodiscard]] Result<std::unique_ptr<ByteSource>>
open_file_source(const std::string& path, std::uint64_t offset = 0);

/// A source over a copy of `text`.
[[nodiscard]] std::unique_ptr<ByteSource> make_text_source(std::string text);

} // namespace bgerp
