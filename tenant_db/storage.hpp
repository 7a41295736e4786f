// One organization's files (uploads, errors files, reports): a folder per tenant under the
// configured storage. The database holds names relative to that folder, so that the storage can be
// moved. Names are made by the programs, never by callers, and can't lead out of the folder.
// Immutable, thread-safe; what touches files blocks.
#pragma once

#include "base/error.hpp"
#include "base/ids.hpp"

#include <cstdint>
#include <string>

namespace bgerp {

struct StoredFile {
    std::string name; // relative to the tenant's folder
    std::uint64_t bytes = 0;
};

class TenantStorage {
public:
    TenantStorage(const std::string& storage_dir, const OrgCode& org);

    /// Where the file `name` lies.
    [[nodiscard]] std::string path(const std::string& name) const;

    /// A name in `folder` that no file has, ending in `suffix`: "imports/0192….csv".
    [[nodiscard]] static std::string new_name(const std::string& folder, const std::string& suffix);

    /// Copies the file at `source` to `name`, on disk when it returns; nothing is left under the
    /// name on failure. not_found or forbidden for the source, storage_full, internal.
    [[nodiscard]] Result<StoredFile>
    copy_in(const std::string& source, const std::string& name) const;

private:
    std::string root_;
};

} // namespace bgerp
