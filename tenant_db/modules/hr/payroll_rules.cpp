#include "tenant_db/modules/hr/payroll_rules.hpp"

#include "base/currency.hpp"
#include "base/fraction.hpp"

#include <algorithm>
#include <map>

namespace bgerp::hr {

namespace {

using std::chrono::days;
using std::chrono::sys_days;

constexpr int hours_a_day = 8;
constexpr int months_a_year = 12;

struct DayRange {
    sys_days first;
    sys_days last; // included

    [[nodiscard]] int count() const { return static_cast<int>((last - first).count()) + 1; }

    [[nodiscard]] bool contains(sys_days day) const { return day >= first && day <= last; }
};

DayRange employed_range(const PayTerms& terms, PayrollPeriod period) {
    DayRange range{std::max(sys_days(terms.hire_date), period.first_day()), period.last_day()};
    if (terms.termination_date) {
        range.last = std::min(range.last, sys_days(*terms.termination_date));
    }
    return range;
}

struct WorkedHours {
    Decimal all;
    Decimal overtime;
};

WorkedHours scheduled_hours(DayRange employed) {
    int workdays = 0;
    for (sys_days day = employed.first; day <= employed.last; day += days(1)) {
        // 1 to 7 from Monday.
        workdays += std::chrono::weekday(day).iso_encoding() <= 5 ? 1 : 0;
    }
    return {Decimal(std::int64_t{workdays} * hours_a_day), Decimal()};
}

WorkedHours
worked_hours(std::span<const WorkedDay> attendance, PayrollPeriod period, DayRange employed) {
    const DayRange month{period.first_day(), period.last_day()};
    bool recorded = false;
    std::map<sys_days, Decimal> hours_of;
    for (const WorkedDay& worked : attendance) {
        const sys_days day(worked.date);
        recorded = recorded || month.contains(day);
        if (employed.contains(day)) {
            hours_of[day] += worked.hours;
        }
    }
    if (!recorded) {
        return scheduled_hours(employed);
    }
    WorkedHours hours;
    for (const auto& [day, of_day] : hours_of) {
        hours.all += of_day;
        hours.overtime += std::max(of_day - Decimal(hours_a_day), Decimal());
    }
    return hours;
}

Fraction percent(const Fraction& amount, Decimal rate) {
    return amount * Fraction(rate) / Fraction(100);
}

/// Numbers that every component of a payslip needs.
struct Base {
    Decimal gross;
    const std::vector<PayslipLine>& lines; // those before it
};

Fraction amount_of(const PercentOfGross& rule, const Base& base) {
    const Decimal amount = rule.cap ? std::min(base.gross, *rule.cap) : base.gross;
    return percent(Fraction(amount), rule.rate_percent);
}

Fraction amount_of(const SlabTax& rule, const Base& base) {
    Decimal month_income = base.gross;
    for (const PayslipLine& line : base.lines) {
        if (std::find(rule.less.begin(), rule.less.end(), line.code) != rule.less.end()) {
            month_income -= line.amount;
        }
    }
    const Fraction income = Fraction(month_income) * Fraction(months_a_year);
    Fraction tax(0);
    Fraction lower(0);
    for (const TaxSlab& slab : rule.slabs) {
        if (income <= lower) {
            break;
        }
        const Fraction upper = slab.up_to ? std::min(income, Fraction(*slab.up_to)) : income;
        tax = tax + percent(upper - lower, slab.rate_percent);
        lower = upper;
    }
    return tax / Fraction(months_a_year);
}

} // namespace

std::optional<Payslip> compute_payslip(
    const PayTerms& terms,
    PayrollPeriod period,
    std::span<const WorkedDay> attendance,
    const SalaryComponents& components
) {
    const DayRange employed = employed_range(terms, period);
    if (employed.count() <= 0) {
        return std::nullopt;
    }
    const int digits = minor_unit_digits(terms.currency);
    const Fraction base(terms.base_salary);
    Payslip slip;
    slip.employed_days = employed.count();
    if (terms.pay_type == PayType::salaried) {
        const Fraction share(employed.count(), std::int64_t{months_a_year} * period.days());
        slip.gross = (base * share).round(digits);
    } else {
        const WorkedHours hours = worked_hours(attendance, period, employed);
        slip.hours = hours.all;
        slip.overtime_hours = hours.overtime;
        // Overtime pays 1.5 times: once within all hours, and half once more.
        const Fraction paid = Fraction(hours.all) + Fraction(hours.overtime) * Fraction(1, 2);
        slip.gross = (base * paid).round(digits);
    }
    for (const SalaryComponent& component : components) {
        const Base of{slip.gross, slip.lines};
        const Decimal amount =
            std::visit([&of](const auto& rule) { return amount_of(rule, of); }, component.rule)
                .round(digits);
        slip.lines.push_back({component.code, component.side, amount});
        (component.side == ComponentSide::employee ? slip.deductions : slip.employer) += amount;
    }
    slip.net = slip.gross - slip.deductions;
    return slip;
}

} // namespace bgerp::hr
