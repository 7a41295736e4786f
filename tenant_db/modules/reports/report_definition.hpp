// A report that can be asked for by name: its parameters and where its rows come from. The list of
// all of them is in report_catalog.hpp. Constants; any thread.
#pragma once

#include "tenant_db/modules/reports/report_source.hpp"

#include <span>
#include <string_view>

namespace bgerp::reports {

enum class ParameterType {
    period, // YYYY-MM
    date,   // YYYY-MM-DD
    count,  // a whole number from 1 to count_max
};

/// One page: reports that order by a sum can't be paged.
inline constexpr std::int64_t count_max = static_cast<std::int64_t>(page_rows);

struct ReportParameter {
    std::string_view name;
    ParameterType type = ParameterType::count;
    bool required = false;
    std::string_view preset; // taken when the parameter isn't given; empty: none
};

struct ReportDefinition {
    std::string_view name;
    std::string_view title;
    std::string_view module; // the one whose tables it reads
    std::span<const ReportParameter> parameters;
    OpenSource open = nullptr;
};

} // namespace bgerp::reports
