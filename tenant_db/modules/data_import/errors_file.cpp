#include "tenant_db/modules/data_import/errors_file.hpp"

#include "base/csv_writer.hpp"

namespace bgerp::data_import {

Result<std::uint64_t> ErrorsFile::write_step(const HeaderMap& header, const std::string& records) {
    if (records.empty()) {
        return bytes_;
    }
    if (auto opened = open(); !opened) {
        return tl::unexpected<Error>(opened.error());
    }
    std::string text;
    if (bytes_ == 0) {
        append_csv_record(text, header.errors_header());
    }
    text += records;
    const auto written = file_->write_at(bytes_, text);
    if (!written) {
        return tl::unexpected<Error>(written.error());
    }
    if (auto synced = file_->sync(); !synced) {
        return tl::unexpected<Error>(synced.error());
    }
    return bytes_ + text.size();
}

Result<void> ErrorsFile::cut() {
    if (bytes_ == 0 && !file_) {
        return {};
    }
    if (auto opened = open(); !opened) {
        return opened;
    }
    return file_->truncate(bytes_);
}

Result<void> ErrorsFile::open() {
    if (file_) {
        return {};
    }
    auto opened = OutputFile::open(path_);
    if (!opened) {
        return tl::unexpected<Error>(opened.error());
    }
    file_.emplace(std::move(*opened));
    return {};
}

} // namespace bgerp::data_import
