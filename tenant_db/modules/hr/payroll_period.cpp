#include "tenant_db/modules/hr/payroll_period.hpp"

#include "base/iso_date.hpp"

namespace bgerp::hr {

std::chrono::sys_days PayrollPeriod::first_day() const {
    return month / std::chrono::day(1);
}

std::chrono::sys_days PayrollPeriod::last_day() const {
    return month / std::chrono::last;
}

int PayrollPeriod::days() const {
    return static_cast<int>((last_day() - first_day()).count()) + 1;
}

std::string PayrollPeriod::to_string() const {
    return format_iso_date(month / std::chrono::day(1)).substr(0, 7);
}

Result<PayrollPeriod> parse_payroll_period(std::string_view text) {
    const auto first = parse_iso_date(std::string(text.substr(0, 8)) + "-01");
    if (!first) {
        return fail(
            ErrorCode::invalid_argument,
            "the period must be a month written as YYYY-MM, such as 2026-10",
            "period"
        );
    }
    return PayrollPeriod{first->year() / first->month()};
}

} // namespace bgerp::hr
