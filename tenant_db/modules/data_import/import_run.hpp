// One attempt at an import: the steps of run_import() as an object that keeps what they share.
// Used by run_import() alone. Not thread-safe; blocking.
#pragma once

#include "base/mysql/pool.hpp"
#include "tenant_db/job_control.hpp"
#include "tenant_db/modules/data_import/chunk.hpp"
#include "tenant_db/modules/data_import/errors_file.hpp"
#include "tenant_db/modules/data_import/import_record.hpp"
#include "tenant_db/modules/data_import/seen_keys.hpp"
#include "tenant_db/modules/data_import/target_store.hpp"

#include <string>

namespace bgerp::data_import {

class ImportRun {
public:
    /// `import` may be at any cursor; a dry run starts over, because it keeps its keys in memory.
    ImportRun(
        mysql::Pool& pool,
        JobControl& control,
        std::string path,
        std::string errors_path,
        const ImportTarget& target,
        ImportRecord import
    );

    /// Everything from the header to the last commit. Errors as run_import().
    [[nodiscard]] Result<Json> run();

private:
    [[nodiscard]] Result<HeaderMap> check_file();
    [[nodiscard]] Result<void> load(const HeaderMap& header);
    [[nodiscard]] Result<void> load_step(Chunk& chunk, TargetStore& store, const HeaderMap& header);
    [[nodiscard]] Result<Verdict> write_step(
        mysql::Transaction& transaction,
        const Chunk& chunk,
        TargetStore& store,
        const HeaderMap& header
    );
    [[nodiscard]] Result<Verdict>
    try_step(const Chunk& chunk, TargetStore& store, const HeaderMap& header);
    [[nodiscard]] std::optional<RowErrorCode>
    refuse_key(const KeyStates& states, const std::string& key) const;
    [[nodiscard]] Result<Json> finish();
    void report_progress();

    mysql::Pool& pool_;
    JobControl& control_;
    const std::string path_;
    const ImportTarget& target_;
    ImportRecord import_;
    ErrorsFile errors_file_;
    SeenKeys seen_; // a dry run's
};

} // namespace bgerp::data_import
