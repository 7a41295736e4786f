#include "worker/handlers/import_load.hpp"

#include "base/ids.hpp"
#include "tenant_db/modules/data_import/run_import.hpp"
#include "worker/job_context.hpp"

namespace bgerp::worker {

namespace {

class ImportLoadHandler final : public Handler {
public:
    Result<Json> run(JobContext& context) override {
        const auto id = context.args().find("import_id");
        if (id == context.args().end() || !id->is_number_unsigned()) {
            return fail(ErrorCode::invalid_argument, "import_id is missing", "import_id");
        }
        const TenantStorage storage(
            context.config().storage.dir,
            value_or_throw(OrgCode::parse(context.org()))
        );
        return data_import::run_import(context.pool(), context, storage, id->get<std::uint64_t>());
    }
};

} // namespace

std::unique_ptr<Handler> make_import_load_handler() {
    return std::make_unique<ImportLoadHandler>();
}

} // namespace bgerp::worker
