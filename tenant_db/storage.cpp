#include "tenant_db/storage.hpp"

#include "base/byte_source.hpp"
#include "base/output_file.hpp"

#include <filesystem>
#include <vector>

namespace bgerp {

namespace {

constexpr std::size_t copy_block_bytes = std::size_t{256} << 10U;

Result<std::uint64_t> copy_all(ByteSource& source, OutputFile& target) {
    std::vector<char> block(copy_block_bytes);
    std::uint64_t offset = 0;
    for (;;) {
        const auto count = source.read(block);
        if (!count) {
            return tl::unexpected<Error>(count.error());
        }
        if (*count == 0) {
            break;
        }
        if (auto written = target.write_at(offset, {block.data(), *count}); !written) {
            return tl::unexpected<Error>(written.error());
        }
        offset += *count;
    }
    if (auto synced = target.sync(); !synced) {
        return tl::unexpected<Error>(synced.error());
    }
    return offset;
}

} // namespace

TenantStorage::TenantStorage(const std::string& storage_dir, const OrgCode& org)
    : root_(storage_dir + "/" + org.str()) {}

std::string TenantStorage::path(const std::string& name) const {
    return root_ + "/" + name;
}

std::string TenantStorage::new_name(const std::string& folder, const std::string& suffix) {
    return folder + "/" + new_uuid() + suffix;
}

Result<StoredFile>
TenantStorage::copy_in(const std::string& source, const std::string& name) const {
    const auto from = open_file_source(source);
    if (!from) {
        return tl::unexpected<Error>(from.error());
    }
    auto target = OutputFile::open(path(name));
    if (!target) {
        return tl::unexpected<Error>(target.error());
    }
    const auto bytes = copy_all(**from, *target);
    if (!bytes) {
        std::error_code ignored; // the copy's own error is the one to report
        std::filesystem::remove(path(name), ignored);
        return tl::unexpected<Error>(bytes.error());
    }
    return StoredFile{name, *bytes};
}

} // namespace bgerp
