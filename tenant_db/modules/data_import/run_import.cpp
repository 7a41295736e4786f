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
    return require_module(target->module, [&] { return run.run(); });
}

} // namespace bgerp::data_import
