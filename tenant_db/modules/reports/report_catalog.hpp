// The reports that there are, and the check of what somebody asks one for. Any thread; not
// blocking.
#pragma once

#include "tenant_db/modules/reports/report_definition.hpp"

#include <chrono>

namespace bgerp::reports {

[[nodiscard]] std::span<const ReportDefinition> all_reports();

/// not_found with the names that there are.
[[nodiscard]] Result<const ReportDefinition*> find_report(std::string_view name);

/// `given` (an object; numbers may be given as text) completed by presets and brought to one form:
/// text for periods and dates (relative words stay as they are), numbers for counts.
/// invalid_argument with the parameter's name as `field` for one that is unknown, missing or not of
/// its type.
[[nodiscard]] Result<Json> check_parameters(const ReportDefinition& report, const Json& given);

/// Checked parameters with their relative words put into dates: `this_month`, `last_month` for a
/// period, `today`, `yesterday` for a date.
[[nodiscard]] Json
resolve_parameters(const ReportDefinition& report, Json checked, std::chrono::year_month_day today);

/// {"name","title","module","parameters":[{"name","type","required","default"}]}.
[[nodiscard]] Json describe_report(const ReportDefinition& report);

} // namespace bgerp::reports
