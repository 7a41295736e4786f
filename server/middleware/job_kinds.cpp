#include "server/middleware/job_kinds.hpp"

#include "tenant_db/modules/data_import/start_import.hpp"
#include "tenant_db/modules/hr/start_payroll.hpp"
#include "tenant_db/modules/reports/build_report.hpp"

namespace bgerp::server {

JobKinds::JobKinds(const Config& config)
    : known_{
          "noop",
          "bench_latency",
          data_import::import_kind,
          hr::payroll_kind,
          reports::report_kind} {
    for (const ExecConfig& exec : config.exec) {
        known_.insert(exec.kind);
    }
}

Result<void> JobKinds::check(const std::string& kind, const std::string& field) const {
    if (!known_.contains(kind)) {
        return fail(ErrorCode::invalid_argument, "no such kind of job: " + kind, field);
    }
    return {};
}

} // namespace bgerp::server
