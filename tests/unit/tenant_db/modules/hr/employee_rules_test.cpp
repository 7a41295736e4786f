#include "base/csv.hpp"
#include "tenant_db/modules/hr/employee_rules.hpp"
#include "tenant_db/modules/hr/iban.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <set>
#include <vector>

namespace bgerp::hr {
namespace {

using Values = std::map<std::string, std::string>;

tl::expected<Employee, RowError> check(const Values& values) {
    std::array<std::string_view, employee_columns.size()> fields;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const auto found = values.find(std::string(employee_columns[i].name));
        fields[i] = found == values.end() ? std::string_view() : found->second;
    }
    return check_employee(fields);
}

// A good record with some values changed.
tl::expected<Employee, RowError> check_with(const Values& changes) {
    Values values{
        {"employee_code", "E1"},
        {"first_name", "Ana"},
        {"last_name", "Silva"},
        {"email", "ana@example.com"},
        {"hire_date", "2020-02-29"},
        {"pay_type", "salaried"},
        {"base_salary", "60000.50"},
        {"currency", "USD"},
    };
    for (const auto& [name, value] : changes) {
        values[name] = value;
    }
    return check(values);
}

std::string broken_rule(const Values& changes) {
    const auto employee = check_with(changes);
    return employee ? "none"
                    : employee.error().field + " " +
                          std::string(row_error_code_name(employee.error().code));
}

TEST(EmployeeRules, GivesATypedEmployeeWithoutBlanksAround) {
    const auto employee = check_with(
        {{"first_name", " \tAna\r\n"},
         {"department", "  "},
         {"job_title", " Head of R "},
         {"termination_date", " 2020-02-29 "},
         {"pay_type", " hourly "},
         {"bank_account", "GB82WEST12345698765432"}}
    );
    ASSERT_TRUE(employee.has_value());
    EXPECT_EQ(employee->first_name, "Ana");
    EXPECT_EQ(employee->department, std::nullopt);
    EXPECT_EQ(employee->job_title, "Head of R");
    EXPECT_EQ(employee->hire_date, std::chrono::year(2020) / 2 / 29);
    EXPECT_EQ(employee->termination_date, std::chrono::year(2020) / 2 / 29);
    EXPECT_EQ(employee->pay_type, PayType::hourly);
    EXPECT_EQ(employee->base_salary, Decimal::of("60000.5"));
    EXPECT_EQ(employee->bank_account, "GB82WEST12345698765432");
}

TEST(EmployeeRules, AppliesTheRulesInTheirOrder) {
    // Everything is wrong; each step mends what the step before found.
    Values row{
        {"email", "ana"},
        {"hire_date", "2020-02-30"},
        {"termination_date", "2019-01-01"},
        {"pay_type", "weekly"},
        {"base_salary", "-1x"},
        {"currency", "usd"},
        {"bank_account", "GB00"},
        {"department", std::string(256, 'x')},
        {"last_name", ""}};
    const std::vector<std::array<std::string, 3>> steps{
        {"last_name missing", "last_name", "Silva"},
        {"email invalid_email", "email", "ana@example.com"},
        {"hire_date invalid_date", "hire_date", "2020-02-29"},
        {"termination_date invalid_range", "termination_date", "2020-02-29"},
        {"pay_type unknown_value", "pay_type", "hourly"},
        {"base_salary invalid_number", "base_salary", "-1"},
        {"base_salary negative", "base_salary", "1"},
        {"currency invalid_currency", "currency", "EUR"},
        {"bank_account invalid_iban", "bank_account", ""},
        {"department too_long", "department", "x"},
    };
    for (const auto& [rule, field, mended] : steps) {
        EXPECT_EQ(broken_rule(row), rule);
        row[field] = mended;
    }
    EXPECT_EQ(broken_rule(row), "none");
}

TEST(EmployeeRules, NumbersWithTooManyDigitsAreNumbersStill) {
    const std::string digits(29, '9');
    EXPECT_EQ(broken_rule({{"base_salary", digits}}), "base_salary too_long");
    EXPECT_EQ(broken_rule({{"base_salary", "-" + digits}}), "base_salary negative");
    EXPECT_EQ(
        broken_rule({{"base_salary", digits}, {"currency", "x"}}),
        "currency invalid_currency"
    );
    EXPECT_EQ(broken_rule({{"base_salary", "-0.00"}}), "none");
}

TEST(EmployeeRules, CountsCharactersNotBytes) {
    std::string kanji;
    for (int i = 0; i < 255; ++i) {
        kanji += "漢";
    }
    EXPECT_EQ(broken_rule({{"first_name", kanji}}), "none");
    EXPECT_EQ(broken_rule({{"first_name", kanji + "漢"}}), "first_name too_long");
    EXPECT_EQ(broken_rule({{"employee_code", std::string(65, 'x')}}), "employee_code too_long");
    EXPECT_EQ(broken_rule({{"email", std::string(253, 'x') + "@a.b"}}), "email too_long");
}

TEST(Iban, TakesTheStandardsExamplesAndRefusesChangedOnes) {
    for (std::string iban :
         {"GB82WEST12345698765432",
          "DE89370400440532013000",
          "FR1420041010050500013M02606",
          "MT84MALT011000012345MTLCAST001S",
          "no9386011117947"}) {
        EXPECT_TRUE(is_valid_iban(iban)) << iban;
        // Modulo 97 finds every single wrong digit.
        for (char& c : iban) {
            if (c >= '0' && c <= '9') {
                const char right = c;
                c = right == '9' ? '0' : static_cast<char>(right + 1);
                EXPECT_FALSE(is_valid_iban(iban)) << iban;
                c = right;
            }
        }
    }
    EXPECT_FALSE(is_valid_iban("GB82 WEST 1234 5698 7654 32"));
    EXPECT_FALSE(is_valid_iban(""));
    EXPECT_FALSE(is_valid_iban("GB"));
}

struct Outcome {
    std::size_t accepted = 0;
    std::vector<std::string> errors; // "line field code"
    std::map<std::string, int> codes;
};

// What the importer does around the rules, for files whose columns are the table's.
Outcome import_file(const std::filesystem::path& path) {
    auto reader = value_or_throw(CsvReader::open_file(path.string()));
    CsvRecord record;
    EXPECT_TRUE(value_or_throw(reader.next(record))) << "a header";
    Outcome outcome;
    std::set<std::string> seen;
    while (value_or_throw(reader.next(record))) {
        const std::vector<std::string_view> fields(record.fields.begin(), record.fields.end());
        std::optional<RowError> error;
        if (fields.size() != employee_columns.size()) {
            error = column_count_error(employee_columns.size(), fields.size());
        } else {
            const auto employee =
                check_employee(std::span<const std::string_view, employee_columns.size()>(fields));
            if (!employee) {
                error = employee.error();
            } else if (!seen.insert(employee->employee_code).second) {
                error = RowError{"employee_code", RowErrorCode::duplicate_in_file, "twice"};
            }
        }
        if (!error) {
            ++outcome.accepted;
            continue;
        }
        const std::string code(row_error_code_name(error->code));
        outcome.errors.push_back(std::to_string(record.line) + " " + error->field + " " + code);
        ++outcome.codes[code];
    }
    return outcome;
}

// Expectations made by tests/reference/import_reference.py.
TEST(EmployeeRules, JudgesTheSampleAsTheReferenceDoes) {
    const Outcome outcome =
        import_file(std::filesystem::path(BGERP_TEST_DATA) / "employees_sample.csv");
    EXPECT_EQ(outcome.accepted, 29U);
    const std::vector<std::string> expected{
        "31  column_count",
        "32  column_count",
        "33 employee_code missing",
        "34 first_name missing",
        "35 last_name missing",
        "36 email missing",
        "37 hire_date missing",
        "38 pay_type missing",
        "39 base_salary missing",
        "40 currency missing",
        "41 first_name missing",
        "42 first_name missing",
        "43 email invalid_email",
        "44 email invalid_email",
        "45 email invalid_email",
        "46 email invalid_email",
        "47 email invalid_email",
        "48 email invalid_email",
        "49 email invalid_email",
        "50 hire_date invalid_date",
        "51 hire_date invalid_date",
        "52 hire_date invalid_date",
        "53 hire_date invalid_date",
        "54 hire_date invalid_date",
        "55 hire_date invalid_date",
        "56 hire_date invalid_date",
        "57 termination_date invalid_date",
        "58 termination_date invalid_range",
        "59 pay_type unknown_value",
        "60 pay_type unknown_value",
        "61 base_salary invalid_number",
        "62 base_salary invalid_number",
        "63 base_salary invalid_number",
        "64 base_salary invalid_number",
        "65 base_salary invalid_number",
        "66 base_salary invalid_number",
        "67 base_salary invalid_number",
        "68 base_salary negative",
        "69 base_salary negative",
        "70 currency invalid_currency",
        "71 currency invalid_currency",
        "72 currency invalid_currency",
        "73 currency invalid_currency",
        "74 bank_account invalid_iban",
        "75 bank_account invalid_iban",
        "76 bank_account invalid_iban",
        "77 bank_account invalid_iban",
        "78 employee_code duplicate_in_file",
        "79 employee_code duplicate_in_file",
        "80 email invalid_email",
        "82 employee_code duplicate_in_file",
        "83 employee_code too_long",
        "84 base_salary too_long",
    };
    EXPECT_EQ(outcome.errors, expected);
}

TEST(EmployeeRules, JudgesTenThousandRowsAsTheReferenceDoes) {
    const std::filesystem::path path(BGERP_SHARED_DATA "/employees_10k.csv");
    if (!std::filesystem::exists(path)) {
        GTEST_SKIP() << "the large sample is not on this machine";
    }
    const Outcome outcome = import_file(path);
    EXPECT_EQ(outcome.accepted, 9776U);
    const std::map<std::string, int> expected{
        {"column_count", 23},
        {"duplicate_in_file", 35},
        {"invalid_date", 22},
        {"invalid_email", 31},
        {"invalid_number", 22},
        {"missing", 27},
        {"negative", 36},
        {"unknown_value", 28},
    };
    EXPECT_EQ(outcome.codes, expected);
}

} // namespace
} // namespace bgerp::hr
