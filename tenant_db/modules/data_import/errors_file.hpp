// The file of rejected rows that grows with an import: the file's own columns plus `_line`,
// `_field`, `_code`, `_message`. It is written at the place that the import's cursor remembers,
// before the step that counts the rows commits, so that a step which runs again writes the same
// bytes again and nothing stands there twice. Opened with the first rejected row. Not thread-safe.
#pragma once

#include "base/output_file.hpp"
#include "tenant_db/modules/data_import/header_map.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace bgerp::data_import {

class ErrorsFile {
public:
    /// `bytes`: what the cursor says is in the file and counted.
    ErrorsFile(std::string path, std::uint64_t bytes)
        : path_(std::move(path))
        , bytes_(bytes) {}

    /// Writes the records of one step, after the header if they are the first, and returns the
    /// size of the file with them, once they are on the disk. Doesn't move the place: advance()
    /// does, when the step has committed.
    [[nodiscard]] Result<std::uint64_t>
    write_step(const HeaderMap& header, const std::string& records);

    void advance(std::uint64_t bytes) { bytes_ = bytes; }

    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

    /// Cuts off what a step left that didn't commit. Does nothing when nothing was ever written.
    [[nodiscard]] Result<void> cut();

private:
    [[nodiscard]] Result<void> open();

    std::string path_;
    std::uint64_t bytes_;
    std::optional<OutputFile> file_;
};

} // namespace bgerp::data_import
