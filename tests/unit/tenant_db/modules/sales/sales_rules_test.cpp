#include "base/csv.hpp"
#include "tenant_db/modules/row_values.hpp"
#include "tenant_db/modules/sales/sales_rules.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <vector>

namespace bgerp::sales {
namespace {

TEST(SalesRules, NamesItsTables) {
    for (const SalesTable table : all_sales_tables) {
        EXPECT_EQ(parse_sales_table(sales_table_name(table)), table);
        EXPECT_TRUE(sales_columns(table).front().required) << "the key";
    }
    EXPECT_EQ(parse_sales_table("employees"), std::nullopt);
}

TEST(SalesRules, GivesTypedValues) {
    const auto values = check_row(
        sales_columns(SalesTable::invoices),
        std::vector<std::string_view>{"7", "1", "2021-02-01T10:00:00", " ", "", "", "", "", "-1.98"}
    );
    ASSERT_TRUE(values.has_value()) << values.error().message;
    EXPECT_EQ(std::get<std::int64_t>(values->at(0)), 7);
    EXPECT_EQ(
        std::get<std::chrono::sys_seconds>(values->at(2)),
        std::chrono::sys_days(std::chrono::year(2021) / 2 / 1) + std::chrono::hours(10)
    );
    EXPECT_TRUE(std::holds_alternative<std::monostate>(values->at(3)));
    EXPECT_EQ(std::get<Decimal>(values->at(8)), Decimal::of("-1.98")) << "a credit note";
}

TEST(SalesRules, RefusesWrongValues) {
    const auto error_of = [](SalesTable table, const std::vector<std::string_view>& fields) {
        const auto values = check_row(sales_columns(table), fields);
        return values ? "none"
                      : values.error().field + " " +
                            std::string(row_error_code_name(values.error().code));
    };
    using enum SalesTable;
    EXPECT_EQ(error_of(genres, {"x", "Rock"}), "genre_id invalid_number");
    EXPECT_EQ(error_of(genres, {"1", "  "}), "name missing");
    EXPECT_EQ(error_of(invoice_lines, {"1", "1", "1", "-0.99", "1"}), "unit_price negative");
    EXPECT_EQ(error_of(invoice_lines, {"1", "1", "1", "0.99", "-1"}), "none");
    EXPECT_EQ(error_of(invoice_lines, {"1", "1", "1", "0,99", "1"}), "unit_price invalid_number");
    EXPECT_EQ(
        error_of(invoices, {"1", "1", "01.02.2021", "", "", "", "", "", "1"}),
        "invoice_date invalid_date"
    );
}

TEST(SalesRules, TakesEveryRowOfTheSampleShop) {
    const std::filesystem::path folder(BGERP_SHARED_DATA);
    if (!std::filesystem::exists(folder / "chinook_genres.csv")) {
        GTEST_SKIP() << "the sample shop is not on this machine";
    }
    const std::vector<std::size_t> rows{59, 412, 2240, 3503, 25};
    for (std::size_t t = 0; t < rows.size(); ++t) {
        const SalesTable table = all_sales_tables.at(t);
        const auto columns = sales_columns(table);
        const std::string file = "chinook_" + std::string(sales_table_name(table)) + ".csv";
        auto reader = value_or_throw(CsvReader::open_file((folder / file).string()));
        CsvRecord record;
        ASSERT_TRUE(value_or_throw(reader.next(record)));
        ASSERT_EQ(record.fields.size(), columns.size()) << file;
        for (std::size_t i = 0; i < columns.size(); ++i) {
            EXPECT_EQ(column_name_of_header(record.fields[i]), columns[i].name);
        }
        std::size_t accepted = 0;
        while (value_or_throw(reader.next(record))) {
            const std::vector<std::string_view> fields(record.fields.begin(), record.fields.end());
            const auto values = check_row(columns, fields);
            ASSERT_TRUE(values.has_value())
                << file << ":" << record.line << ": " << values.error().message;
            ++accepted;
        }
        EXPECT_EQ(accepted, rows[t]) << file;
    }
}

} // namespace
} // namespace bgerp::sales
