// Payroll runs, by period (YYYY-MM): start, look, approve, reverse. Blocking.
#pragma once

#include "server/middleware/call.hpp"

#include <array>

namespace bgerp::server {

inline constexpr std::array payroll_fields{
    Field{"period", FieldType::text, true, 7, 7},
    Field{"queue", FieldType::text, false, 1, 255},
};

inline constexpr std::array payroll_query{
    QueryParam{"limit", "1 to 200; 50"},
};

/// POST /payroll-runs → 202 {"id","period","job","joined"} with Location. conflict when the
/// period's run is approved.
[[nodiscard]] Result<http::Response> start_payroll_run(Call& call);

/// GET /payroll-runs
[[nodiscard]] Result<http::Response> list_payroll_runs(Call& call);

/// GET /payroll-runs/{period}: the register's totals.
[[nodiscard]] Result<http::Response> show_payroll_run(Call& call);

/// POST /payroll-runs/{period}/approve
[[nodiscard]] Result<http::Response> approve_payroll_run(Call& call);

/// POST /payroll-runs/{period}/reverse
[[nodiscard]] Result<http::Response> reverse_payroll_run(Call& call);

} // namespace bgerp::server
