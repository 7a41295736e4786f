// Writes a report to a file: reads its source page by page, each page over a connection of its own
// turn, and hands the rows to the format's writer. Memory doesn't grow with the rows. Used by the
// job `report.build` and by the command line, which writes where it is told. Blocking.
#pragma once

#include "base/mysql/pool.hpp"
#include "tenant_db/job_control.hpp"
#include "tenant_db/modules/reports/report_definition.hpp"

#include <functional>
#include <string>

namespace bgerp::reports {

struct ReportRequest {
    const ReportDefinition* report = nullptr;
    Json parameters; // as check_parameters() returned them
    ReportFormat format = ReportFormat::csv;
};

/// What a caller wants to say and hear while rows are written: both may be empty.
struct ReportWatch {
    std::function<bool()> stop_requested;
    std::function<void(int percent, const std::string& message)> progress;
};

/// Returns the number of rows; the file is then whole and on the disk. Nothing is left behind
/// otherwise: storage_full, too_large (the format's limits), not_found or conflict from the source,
/// not_found when the tenant lacks the module, cancelled.
[[nodiscard]] Result<std::uint64_t> write_report(
    mysql::Pool& pool,
    const ReportRequest& request,
    const std::string& path,
    const ReportWatch& watch
);

} // namespace bgerp::reports
