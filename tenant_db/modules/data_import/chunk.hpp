// One step's worth of records: read from the file, judged by the target's rules, and then, with
// what the database knows of their keys, accepted or rejected. Judging against the database can be
// done again for the same records, because a transaction may have to run again. Not thread-safe.
#pragma once

#include "base/csv.hpp"
#include "tenant_db/modules/data_import/header_map.hpp"
#include "tenant_db/modules/data_import/import_record.hpp"
#include "tenant_db/modules/data_import/import_target.hpp"

#include <functional>
#include <string>
#include <vector>

namespace bgerp::data_import {

/// What a step's records come to.
struct Verdict {
    std::vector<const ImportedRow*> accepted; // in the file's order; point into the chunk
    std::string errors;                       // the rejected ones, as records of the errors file
    ImportCursor cursor;                      // where the import is once the step has committed
};

class Chunk {
public:
    Chunk(const ImportTarget& target, const HeaderMap& header)
        : target_(target)
        , header_(header) {}

    /// Reads up to `count` records and applies the rules that need no database. Returns how many it
    /// read, 0 at the file's end; the reader's errors.
    [[nodiscard]] Result<std::size_t> read(CsvReader& reader, std::size_t count);

    /// The keys of the rows that passed so far.
    [[nodiscard]] std::vector<std::string> keys() const;

    /// Why a row with this key can't be taken, or nothing. Called once a passing row whose key no
    /// earlier row of the step has, in the file's order.
    using KeyRule = std::function<std::optional<RowErrorCode>(const std::string& key)>;

    [[nodiscard]] Verdict judge(const ImportCursor& before, const KeyRule& key_rule) const;

private:
    struct Entry {
        CsvRecord record;
        std::optional<RowError> error;
        ImportedRow row; // when there is no error
    };

    void check(Entry& entry);
    [[nodiscard]] RowError key_error(RowErrorCode code) const;

    const ImportTarget& target_;
    const HeaderMap& header_;
    std::vector<Entry> entries_; // the first size_ are this step's; buffers are used again
    std::size_t size_ = 0;
    std::vector<std::string_view> arranged_;
};

} // namespace bgerp::data_import
