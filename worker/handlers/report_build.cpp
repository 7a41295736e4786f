#include "worker/handlers/report_build.hpp"

#include "base/ids.hpp"
#include "tenant_db/modules/reports/build_report.hpp"
#include "worker/job_context.hpp"

namespace bgerp::worker {

namespace {

class ReportBuildHandler final : public Handler {
public:
    Result<Json> run(JobContext& context) override {
        const auto request =
            reports::parse_request(*context.pool().acquire(context.deadline()), context.args());
        if (!request) {
            return tl::unexpected<Error>(request.error());
        }
        const TenantStorage storage(
            context.config().storage.dir,
            value_or_throw(OrgCode::parse(context.org()))
        );
        const std::string& uuid = context.envelope().uuid;
        return reports::build_report(
            context.pool(),
            context,
            storage,
            *request,
            uuid.empty() ? new_uuid() : uuid
        );
    }
};

} // namespace

std::unique_ptr<Handler> make_report_build_handler() {
    return std::make_unique<ReportBuildHandler>();
}

} // namespace bgerp::worker
