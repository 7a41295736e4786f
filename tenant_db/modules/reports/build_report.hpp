// Makes a report as a file in the tenant's storage: the job `report.build`. The file's row and the
// job's end commit together, so that a report is either there with its row or not at all. A second
// attempt starts over under another name; a crash leaves at worst a file that no row names. Called
// from a worker's thread; blocking for as long as the rows take.
#pragma once

#include "tenant_db/modules/reports/write_report.hpp"
#include "tenant_db/storage.hpp"

#include <string>

namespace bgerp::reports {

inline constexpr const char* report_kind = "report.build";

/// Its arguments; which parameters a report takes is the report's own.
inline constexpr const char* report_args = R"({"type": "object", "required": ["report"],
    "properties": {"report": {"type": "string", "minLength": 1}, "format": {"type": "string"},
                   "parameters": {"type": "object"}}})";

/// A request out of a job's arguments or a request's body: {"report": name of a report or of a
/// saved one, "parameters": {…}, "format": "csv"}. Parameters and format given here win over the
/// saved ones; `last_month` and its like mean as of now. not_found, invalid_argument with the
/// field.
[[nodiscard]] Result<ReportRequest> parse_request(mysql::Session& session, const Json& json);

/// Returns {"report","format","rows","bytes","file"}, `file` being the name in storage. Errors as
/// write_report and lease_lost.
[[nodiscard]] Result<Json> build_report(
    mysql::Pool& pool,
    JobControl& control,
    const TenantStorage& storage,
    const ReportRequest& request,
    const std::string& job_uuid
);

} // namespace bgerp::reports
