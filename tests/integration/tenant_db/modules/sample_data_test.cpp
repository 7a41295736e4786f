#include "tenant_db/modules/sample_data.hpp"
#include "tests/support/module_database.hpp"

#include <gtest/gtest.h>

namespace bgerp {
namespace {

TEST(SampleData, CanBeMadeAgainWithoutAnythingTwice) {
    testing_support::ModuleDatabase db;
    const auto period = value_or_throw(hr::parse_payroll_period("2026-10"));
    for (int time = 0; time < 2; ++time) {
        seed_employees(db.pool(), 1500, period);
        seed_sales(db.pool(), 1200);
        EXPECT_EQ(db.value("SELECT COUNT(*) FROM employee"), "1500");
        EXPECT_EQ(db.value("SELECT COUNT(*) FROM employee WHERE department_id IS NULL"), "0");
        EXPECT_EQ(db.value("SELECT COUNT(DISTINCT department_id) FROM employee"), "8");
        EXPECT_EQ(db.value("SELECT COUNT(*) FROM attendance"), "5000");
        EXPECT_EQ(db.value("SELECT COUNT(*) FROM invoice"), "1200");
        EXPECT_EQ(
            db.value("SELECT COUNT(*) FROM invoice JOIN customer USING (customer_id)"),
            "1200"
        );
    }
}

} // namespace
} // namespace bgerp
