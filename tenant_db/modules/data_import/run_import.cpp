#include "tenant_db/modules/data_import/run_import.hpp"

#include "tenant_db/modules/data_import/import_run.hpp"
#include "tenant_db/modules/data_import/import_store.hpp"
#include "tenant_db/modules/module_tables.hpp"

namespace bgerp::data_import {

namespace {

constexpr std::chrono::seconds read_limit{30};

Result<ImportRecord> load(mysql::Pool& pool, std::uint64_t import_id) {
    const auto connection = pool.acquire(Deadline::after(read_limit));
    auto import = load_import(*connection, import_id);
    if (import && (import->state == "completed" || import->state == "failed")) {
        return fail(ErrorCode::conflict, "this import has ended already: " + import->state);
    }
    return import;
}

// A damaged or vanished file and a missing module stay so; anything else is the attempt's error and
// not the import's.
bool ends_the_import(ErrorCode code) {
    return code == ErrorCode::invalid_argument || code == ErrorCode::too_large ||
           code == ErrorCode::not_found;
}

// Written down if the job is still ours.
tl::unexpected<Error>
give_up(mysql::Pool& pool, JobControl& control, std::uint64_t import_id, const Error& error) {
    const auto marked = mysql::with_transaction(
        pool,
        Deadline::after(read_limit),
        [&](mysql::Transaction& transaction) -> Result<void> {
            mark_failed(transaction, import_id, error);
            return control.checkpoint(transaction);
        }
    );
    return tl::unexpected<Error>(marked ? error : marked.error());
}

} // namespace

Result<Json> run_import(
    mysql::Pool& pool, JobControl& control, const TenantStorage& storage, std::uint64_t import_id
) {
    auto import = load(pool, import_id);
    if (!import) {
        return tl::unexpected<Error>(import.error());
    }
    const ImportTarget* target = find_import_target(import->target);
    if (target == nullptr) {
        return fail(ErrorCode::invalid_argument, "nothing can be imported to " + import->target);
    }
    const std::string path = storage.path(import->file_name);
    const std::string errors_path = storage.path(import->errors_file_name());
    ImportRun run(pool, control, path, errors_path, *target, std::move(*import));
    auto output = require_module(target->module, [&] { return run.run(); });
    if (!output && ends_the_import(output.error().code)) {
        return give_up(pool, control, import_id, output.error());
    }
    return output;
}

} // namespace bgerp::data_import
