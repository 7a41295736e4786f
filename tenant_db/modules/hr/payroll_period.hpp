// The month a payroll run is for. Parsed from `YYYY-MM`, as the command line, the API and the
// database write it. A value; any thread.
#pragma once

#include "base/error.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace bgerp::hr {

struct PayrollPeriod {
    std::chrono::year_month month;

    [[nodiscard]] std::chrono::sys_days first_day() const;
    [[nodiscard]] std::chrono::sys_days last_day() const;
    [[nodiscard]] int days() const;

    /// YYYY-MM.
    [[nodiscard]] std::string to_string() const;

    bool operator==(const PayrollPeriod&) const = default;
};

/// Fails with invalid_argument, field `period`, when `text` is no month from 0001-01 to 9999-12.
[[nodiscard]] Result<PayrollPeriod> parse_payroll_period(std::string_view text);

} // namespace bgerp::hr
