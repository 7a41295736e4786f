#include "base/csv.hpp"
#include "tenant_db/modules/hr/payroll_rules.hpp"

#include <boost/multiprecision/cpp_int.hpp>
#include <gtest/gtest.h>

#include <filesystem>
#include <random>
#include <set>

namespace bgerp::hr {
namespace {

using std::chrono::sys_days;
using std::chrono::year;
using std::chrono::year_month_day;

PayrollPeriod period(std::string_view text) {
    return value_or_throw(parse_payroll_period(text));
}

PayTerms salaried(std::string_view salary, year_month_day hired = year(2020) / 1 / 1) {
    return {hired, std::nullopt, PayType::salaried, Decimal::of(salary), "USD"};
}

PayTerms hourly(std::string_view wage, year_month_day hired = year(2020) / 1 / 1) {
    return {hired, std::nullopt, PayType::hourly, Decimal::of(wage), "USD"};
}

std::optional<Payslip>
pay(const PayTerms& terms,
    std::string_view month = "2026-10",
    const std::vector<WorkedDay>& attendance = {}) {
    return compute_payslip(terms, period(month), attendance, default_components());
}

TEST(PayrollPeriod, IsAMonthAndNothingElse) {
    EXPECT_EQ(period("2026-10").to_string(), "2026-10");
    EXPECT_EQ(period("2024-02").days(), 29);
    EXPECT_EQ(period("2100-02").days(), 28);
    for (const char* text :
         {"",
          "2026",
          "2026-13",
          "2026-00",
          "2026-1",
          "2026-10-01",
          "2026/10",
          "0000-01",
          "2026-10 "}) {
        const auto parsed = parse_payroll_period(text);
        ASSERT_FALSE(parsed.has_value()) << text;
        EXPECT_EQ(parsed.error().code, ErrorCode::invalid_argument);
        EXPECT_EQ(parsed.error().field, "period");
    }
}

// Worked out by hand: 120,000 / 12 = 10,000; tax on 9,500 * 12 = 114,000:
// 33,000 at 12 % = 3,960, 50,000 at 22 % = 11,000, 19,000 at 32 % = 6,080; 21,040 / 12 = 1,753.33.
TEST(Payroll, PaysASalaryWithEveryComponent) {
    const Payslip slip = pay(salaried("120000")).value();
    std::string lines;
    for (const PayslipLine& line : slip.lines) {
        lines += line.code + " " + line.amount.to_string(2) + "\n";
    }
    EXPECT_EQ(slip.gross, Decimal(10'000));
    EXPECT_EQ(
        lines,
        "pension 500.00\nsocial_security 620.00\nmedicare 145.00\nincome_tax 1753.33\n"
        "employer_social_security 620.00\n"
    );
    EXPECT_EQ(slip.deductions, Decimal::of("3018.33"));
    EXPECT_EQ(slip.employer, Decimal(620));
    EXPECT_EQ(slip.net, Decimal::of("6981.67"));
}

TEST(Payroll, CapsSocialSecurityAtItsLimit) {
    EXPECT_EQ(pay(salaried("168600"))->lines.at(1).amount, Decimal::of("871.10"));
    EXPECT_EQ(pay(salaried("168612"))->lines.at(1).amount, Decimal::of("871.10"));
    EXPECT_EQ(pay(salaried("168588"))->lines.at(1).amount, Decimal::of("871.04"));
    EXPECT_EQ(pay(salaried("999999"))->employer, Decimal::of("871.10"));
}

TEST(Payroll, TaxesEachSlabAtItsOwnRate) {
    const auto tax_of = [](std::string_view salary) {
        return pay(salaried(salary))->lines.at(3).amount;
    };
    EXPECT_EQ(tax_of("0"), Decimal());
    EXPECT_EQ(tax_of("12631.56"), Decimal());          // 999.9985 a month after the pension, × 12
    EXPECT_EQ(tax_of("24000"), Decimal(108));          // (22,800 − 12,000) × 12 % / 12
    EXPECT_EQ(tax_of("60000"), Decimal::of("550.00")); // 3,960 + 12,000 × 22 %
}

TEST(Payroll, PaysTheDaysEmployedBothEndsIncluded) {
    const auto days_of = [](year_month_day hired, std::optional<year_month_day> left) {
        PayTerms terms = salaried("31000", hired);
        terms.termination_date = left;
        const auto slip = pay(terms);
        return slip ? slip->employed_days : 0;
    };
    EXPECT_EQ(days_of(year(2026) / 10 / 31, std::nullopt), 1);
    EXPECT_EQ(days_of(year(2026) / 11 / 1, std::nullopt), 0);
    EXPECT_EQ(days_of(year(2026) / 10 / 12, year(2026) / 10 / 12), 1);
    EXPECT_EQ(days_of(year(2020) / 1 / 1, year(2026) / 10 / 1), 1);
    EXPECT_EQ(days_of(year(2020) / 1 / 1, year(2026) / 9 / 30), 0);
    EXPECT_EQ(days_of(year(2020) / 1 / 1, year(2026) / 12 / 24), 31);
    EXPECT_EQ(pay(salaried("36600", year(2024) / 2 / 29), "2024-02")->gross, Decimal::of("105.17"));
}

TEST(Payroll, PaysMondaysToFridaysWhereNoAttendanceIsRecorded) {
    // October 2026 has 22 of them; the 31st is a Saturday.
    EXPECT_EQ(pay(hourly("10"))->gross, Decimal(1760));
    EXPECT_EQ(pay(hourly("10"))->hours, Decimal(176));
    const Payslip saturday = pay(hourly("10", year(2026) / 10 / 31)).value();
    EXPECT_EQ(saturday.gross, Decimal()) << "employed, so there is a payslip";
    EXPECT_EQ(saturday.employed_days, 1);
    // Attendance of other months is none of this one.
    EXPECT_EQ(
        pay(hourly("10"), "2026-10", {{year(2026) / 9 / 30, Decimal(5)}})->gross,
        Decimal(1760)
    );
}

TEST(Payroll, PaysHoursBeyondEightADayOneAndAHalfTimes) {
    const year_month_day monday = year(2026) / 10 / 5;
    const year_month_day tuesday = year(2026) / 10 / 6;
    const Payslip slip =
        pay(hourly("20"), "2026-10", {{monday, Decimal::of("9.5")}, {tuesday, Decimal(4)}}).value();
    EXPECT_EQ(slip.hours, Decimal::of("13.5"));
    EXPECT_EQ(slip.overtime_hours, Decimal::of("1.5"));
    EXPECT_EQ(slip.gross, Decimal(285)); // 12 * 20 + 1.5 * 30
    // Two shifts of one day are one day.
    EXPECT_EQ(
        pay(hourly("20"), "2026-10", {{monday, Decimal(6)}, {monday, Decimal(6)}})->overtime_hours,
        Decimal(4)
    );
}

TEST(Payroll, AttendanceOutsideEmploymentPaysNothing) {
    const auto slip =
        pay(hourly("20", year(2026) / 10 / 20), "2026-10", {{year(2026) / 10 / 5, Decimal(8)}});
    EXPECT_EQ(slip->hours, Decimal());
    EXPECT_EQ(slip->gross, Decimal());
}

TEST(Payroll, RoundsToTheCurrencysMinorUnit) {
    PayTerms terms = salaried("100000.5");
    terms.currency = "JPY";
    EXPECT_EQ(pay(terms)->gross, Decimal(8333));
    EXPECT_EQ(pay(terms)->lines.at(0).amount, Decimal(417)); // 416.65
    terms.currency = "KWD";
    EXPECT_EQ(pay(terms)->gross, Decimal::of("8333.375"));
}

TEST(Payroll, TellsWhenAnAmountIsTooLarge) {
    EXPECT_THROW((void)pay(hourly(std::string(28, '9'))), Failure);
}

// --- the same rules written down a second time, slowly: day by day, in rational numbers

namespace mp = boost::multiprecision;
using Integer = mp::number<mp::cpp_int_backend<>, mp::et_off>;
using Rational = mp::number<mp::rational_adaptor<mp::cpp_int_backend<>>, mp::et_off>;

Rational rational(Decimal value) {
    return Rational(Integer(value.units()), Integer(10'000'000'000));
}

Rational to_cents(const Rational& value) {
    const Rational shifted = value * 100 + Rational(1, 2);
    const Integer cents(mp::numerator(shifted) / mp::denominator(shifted));
    return Rational(cents, 100);
}

struct Expected {
    int days = 0;
    Rational gross;
    Rational tax;
    Rational net;
};

Expected
slow_payslip(const PayTerms& terms, PayrollPeriod month, const std::vector<WorkedDay>& worked) {
    Expected expected;
    Rational hours = 0;
    bool recorded = false;
    for (sys_days day = month.first_day(); day <= month.last_day(); day += std::chrono::days(1)) {
        const bool employed = day >= sys_days(terms.hire_date) &&
                              !(terms.termination_date && day > sys_days(*terms.termination_date));
        Rational today = 0;
        for (const WorkedDay& entry : worked) {
            if (sys_days(entry.date) == day) {
                recorded = true;
                today += rational(entry.hours);
            }
        }
        expected.days += employed ? 1 : 0;
        if (employed) {
            hours += today > 8 ? 8 + (today - 8) * 3 / 2 : today;
        }
    }
    if (!recorded) {
        hours = 0;
        for (sys_days day = month.first_day(); day <= month.last_day();
             day += std::chrono::days(1)) {
            const bool employed =
                day >= sys_days(terms.hire_date) &&
                !(terms.termination_date && day > sys_days(*terms.termination_date));
            const unsigned weekday = std::chrono::weekday(day).c_encoding();
            hours += employed && weekday != 0 && weekday != 6 ? 8 : 0;
        }
    }
    const Rational base = rational(terms.base_salary);
    expected.gross = to_cents(
        terms.pay_type == PayType::hourly ? base * hours : base / 12 * expected.days / month.days()
    );
    const Rational pension = to_cents(expected.gross / 20);
    const Rational capped = expected.gross < 14'050 ? expected.gross : Rational(14'050);
    const Rational income = (expected.gross - pension) * 12;
    const auto above = [&](int bound) { return income > bound ? income - bound : Rational(0); };
    // Each rate is paid on all above its slab's start; the next slab adds only the difference.
    const Rational tax = above(12'000) * 12 + above(45'000) * 10 + above(95'000) * 10;
    expected.tax = to_cents(tax / 100 / 12);
    expected.net = expected.gross - pension - to_cents(capped * 62 / 1000) -
                   to_cents(expected.gross * 145 / 10'000) - expected.tax;
    return expected;
}

TEST(Payroll, AgreesWithTheSlowReference) {
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    const auto below = [&random](unsigned end) { return static_cast<int>(random() % end); };
    for (int i = 0; i < 2000; ++i) {
        const PayrollPeriod month{year(2023 + below(4)) / (1 + below(12))};
        const auto near = [&](int before, int after) {
            return year_month_day(
                month.first_day() +
                std::chrono::days(below(static_cast<unsigned>(before + after)) - before)
            );
        };
        PayTerms terms = below(2) == 0 ? salaried("1") : hourly("1");
        terms.hire_date = near(60, 40);
        if (below(2) == 0) {
            terms.termination_date = near(20, 60);
        }
        const int cents = terms.pay_type == PayType::salaried ? below(40'000'000) : below(20'000);
        terms.base_salary = Decimal::from_units(Decimal::Units(cents) * 100'000'000);
        std::vector<WorkedDay> worked;
        for (int entries = below(3) == 0 ? 0 : below(40); entries > 0; --entries) {
            const auto quarter_hours = static_cast<Decimal::Units>(below(48));
            worked.push_back({near(5, 40), Decimal::from_units(quarter_hours * 2'500'000'000)});
        }
        const Expected expected = slow_payslip(terms, month, worked);
        const auto slip = compute_payslip(terms, month, worked, default_components());
        ASSERT_EQ(slip.has_value(), expected.days > 0);
        if (slip) {
            ASSERT_EQ(slip->employed_days, expected.days);
            ASSERT_EQ(rational(slip->gross), expected.gross);
            ASSERT_EQ(rational(slip->lines.at(3).amount), expected.tax);
            ASSERT_EQ(rational(slip->net), expected.net);
            ASSERT_EQ(slip->net + slip->deductions, slip->gross);
        }
    }
}

struct Register {
    int payslips = 0;
    Decimal gross;
    Decimal deductions;
    Decimal employer;
    Decimal net;

    [[nodiscard]] std::string to_string() const {
        return std::to_string(payslips) + " " + gross.to_string(2) + " " + deductions.to_string(2) +
               " " + employer.to_string(2) + " " + net.to_string(2);
    }
};

Register run_payroll(const std::filesystem::path& employees, std::string_view month) {
    auto reader = value_or_throw(CsvReader::open_file(employees.string()));
    CsvRecord record;
    EXPECT_TRUE(value_or_throw(reader.next(record))) << "a header";
    Register sums;
    std::set<std::string> seen;
    while (value_or_throw(reader.next(record))) {
        const std::vector<std::string_view> fields(record.fields.begin(), record.fields.end());
        if (fields.size() != employee_columns.size()) {
            continue;
        }
        const auto employee =
            check_employee(std::span<const std::string_view, employee_columns.size()>(fields));
        if (!employee || !seen.insert(employee->employee_code).second) {
            continue;
        }
        const auto slip =
            pay({employee->hire_date,
                 employee->termination_date,
                 employee->pay_type,
                 employee->base_salary,
                 employee->currency},
                month);
        if (slip) {
            ++sums.payslips;
            sums.gross += slip->gross;
            sums.deductions += slip->deductions;
            sums.employer += slip->employer;
            sums.net += slip->net;
        }
    }
    return sums;
}

// Expectations made by tests/reference/payroll_reference.py.
TEST(Payroll, AgreesWithTheReferenceOnTheSample) {
    const auto sample = std::filesystem::path(BGERP_TEST_DATA) / "employees_sample.csv";
    EXPECT_EQ(
        run_payroll(sample, "2026-10").to_string(),
        "23 293970.03 97876.62 11943.95 196093.41"
    );
    EXPECT_EQ(
        run_payroll(sample, "2024-02").to_string(),
        "24 322922.62 106852.10 13432.60 216070.52"
    );
}

TEST(Payroll, AgreesWithTheReferenceOnTenThousandEmployees) {
    const std::filesystem::path path(BGERP_SHARED_DATA "/employees_10k.csv");
    if (!std::filesystem::exists(path)) {
        GTEST_SKIP() << "the large sample is not on this machine";
    }
    EXPECT_EQ(
        run_payroll(path, "2026-10").to_string(),
        "9211 105332306.53 33780622.35 5821492.84 71551684.18"
    );
}

} // namespace
} // namespace bgerp::hr
