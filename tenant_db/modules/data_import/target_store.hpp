// The statements on the table that an import fills: which keys are there already, and writing the
// accepted rows of a step. Made once per import, because its texts depend on the columns that the
// file has. Blocking; errors of the database are thrown, a duplicate key (another import was
// faster) among them. Not thread-safe.
#pragma once

#include "base/mysql/transaction.hpp"
#include "tenant_db/modules/data_import/header_map.hpp"
#include "tenant_db/modules/data_import/import_record.hpp"
#include "tenant_db/modules/data_import/import_target.hpp"

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace bgerp::data_import {

/// What the database says of a key.
enum class KeyState {
    other,   // in the table, but not by this import
    own,     // this very import wrote it
    unknown, // names something that must be there and isn't
};

/// Keys that are not simply free.
using KeyStates = std::unordered_map<std::string, KeyState>;

class TargetStore {
public:
    TargetStore() = default;
    TargetStore(const TargetStore&) = delete;
    TargetStore& operator=(const TargetStore&) = delete;
    virtual ~TargetStore() = default;

    /// What stands in the way of rows with these keys (key_of); one or two statements for all.
    [[nodiscard]] virtual KeyStates find_keys(
        mysql::Session& session, const std::vector<std::string>& keys, std::uint64_t import_id
    ) = 0;

    /// Inserts the rows, in upsert mode updates those that exist, marked with the import's id. In
    /// the transaction in which find_keys() was asked for them.
    virtual void write(
        mysql::Transaction& transaction,
        const std::vector<const ImportedRow*>& rows,
        std::uint64_t import_id
    ) = 0;

    /// The step of the last write() committed.
    virtual void commit_step() {}
};

/// With ImportMode::upsert rows that exist take the columns that the file has, and no others.
[[nodiscard]] std::unique_ptr<TargetStore>
make_target_store(const ImportTarget& target, const HeaderMap& header, ImportMode mode);

} // namespace bgerp::data_import
