#include "tenant_db/modules/row_values.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace bgerp {
namespace {

std::string broken_rule(const ImportColumn& column, std::string_view text) {
    const auto values = check_row(std::array{column}, std::array{text});
    return values ? "none" : std::string(row_error_code_name(values.error().code));
}

TEST(RowValues, EmailNeedsOneAtAndADotWithinTheDomain) {
    for (const char* good : {"a@b.c", "a@b..c", "a@.b.c", "first.last@mail.example.com"}) {
        EXPECT_TRUE(is_email_address(good)) << good;
    }
    for (const char* bad :
         {"", "a", "@b.c", "a@", "a@b", "a@.b", "a@b.", "a@.", "a@..", "a@@b.c", "a@b.c@"}) {
        EXPECT_FALSE(is_email_address(bad)) << bad;
    }
}

TEST(RowValues, IntegersAreWholeAndFitSixtyFourBits) {
    const ImportColumn column{"quantity", ColumnType::integer, true};
    EXPECT_EQ(broken_rule(column, " 9223372036854775807 "), "none");
    EXPECT_EQ(broken_rule(column, "9223372036854775808"), "too_long");
    EXPECT_EQ(broken_rule(column, "-9223372036854775809"), "negative");
    EXPECT_EQ(broken_rule(column, "-1"), "negative");
    EXPECT_EQ(broken_rule(column, ""), "missing");
    for (const char* text : {"1.0", "+1", "1 0", "0x1", "-", "ten"}) {
        EXPECT_EQ(broken_rule(column, text), "invalid_number") << text;
    }
    const ImportColumn sign_allowed{"quantity", ColumnType::integer, true, 0, true};
    EXPECT_EQ(broken_rule(sign_allowed, "-1"), "none");
    EXPECT_EQ(broken_rule(sign_allowed, "-9223372036854775809"), "too_long");
}

TEST(RowValues, TellsTheFirstRuleOfAllColumnsNotTheFirstColumn) {
    constexpr std::array columns{
        ImportColumn{"a", ColumnType::text, false, 2},
        ImportColumn{"b", ColumnType::decimal, true},
        ImportColumn{"c", ColumnType::date_time, true},
        ImportColumn{"d", ColumnType::date_time, true},
    };
    const auto values = check_row(columns, std::array<std::string_view, 4>{"long", "x", "y", "z"});
    ASSERT_FALSE(values.has_value());
    EXPECT_EQ(values.error().field, "c");
    EXPECT_EQ(values.error().code, RowErrorCode::invalid_date);
    EXPECT_EQ(check_row(columns, {}).error().code, RowErrorCode::column_count);
}

TEST(RowValues, ComparesHeadersInOneSpelling) {
    EXPECT_EQ(column_name_of_header("CustomerId"), "customer_id");
    EXPECT_EQ(column_name_of_header("  billing_postal_code "), "billing_postal_code");
    EXPECT_EQ(column_name_of_header("BillingPostalCode"), "billing_postal_code");
    EXPECT_EQ(column_name_of_header("EMAIL"), "email");
    EXPECT_EQ(column_name_of_header(""), "");
}

} // namespace
} // namespace bgerp
