#include "tenant_db/data/parse_query.hpp"
#include "tenant_db/data/select_sql.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bgerp::data {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const TableShape& shape() {
    static const TableShape table{
        "t",
        {{"id", ColumnKind::integer, false},
         {"name", ColumnKind::text, true},
         {"pay", ColumnKind::decimal, false},
         {"day", ColumnKind::date, true},
         {"at", ColumnKind::date_time, true},
         {"on", ColumnKind::boolean, false}},
        {"id"}};
    return table;
}

Result<Select> compose(
    const std::vector<std::pair<std::string, std::string>>& parameters,
    const CursorValues& after = {}
) {
    DataQuery query = value_or_throw(parse_query(parameters));
    auto order = complete_order(shape(), query.order);
    if (!order) {
        return tl::unexpected<Error>(order.error());
    }
    query.order = std::move(*order);
    return compose_select(shape(), query, after);
}

std::string field_of(const std::vector<std::pair<std::string, std::string>>& parameters) {
    const auto composed = compose(parameters);
    return composed ? "none" : composed.error().field;
}

TEST(SelectSql, IsOneStatementWithBoundValues) {
    const Select select =
        value_or_throw(compose({{"select", "name,pay"}, {"name", "eq.x' OR 1=1 --"}, {"limit", "5"}}
        ));
    EXPECT_EQ(
        select.sql,
        "SELECT `name`, `pay`, `id` FROM `t` WHERE ((`name` = ?)) ORDER BY `id` LIMIT 6"
    );
    EXPECT_THAT(select.values, ElementsAre("x' OR 1=1 --"));
}

TEST(SelectSql, ConditionsKeepTheirShape) {
    const Select select = value_or_throw(
        compose({{"or", "(id.gt.1,not.and(pay.lte.2.5,day.is.null))"}, {"id", "not.in.(3,4)"}})
    );
    EXPECT_THAT(
        select.sql,
        HasSubstr("WHERE (((`id` > ?) OR NOT ((`pay` <= ?) AND (`day` IS NULL))) AND "
                  "NOT (`id` IN (?, ?)))")
    );
    EXPECT_THAT(select.values, ElementsAre("1", "2.5", "3", "4"));
}

TEST(SelectSql, OnlyTheTablesOwnColumns) {
    EXPECT_EQ(field_of({{"secret", "eq.1"}}), "secret");
    EXPECT_EQ(field_of({{"id`; DROP TABLE t; --", "eq.1"}}), "id`; DROP TABLE t; --");
    EXPECT_EQ(field_of({{"select", "id,secret"}}), "select");
    EXPECT_EQ(field_of({{"order", "secret.desc"}}), "secret");
}

TEST(SelectSql, ValuesMustBeOfTheColumnsKind) {
    EXPECT_EQ(field_of({{"id", "eq.1x"}}), "id");
    EXPECT_EQ(field_of({{"id", "in.(1,2.5)"}}), "id");
    EXPECT_EQ(field_of({{"pay", "gt.1e5"}}), "pay");
    EXPECT_EQ(field_of({{"day", "gt.2026-02-30"}}), "day");
    EXPECT_EQ(field_of({{"at", "gt.yesterday"}}), "at");
    EXPECT_EQ(field_of({{"on", "eq.yes"}}), "on");
    const Select select = value_or_throw(
        compose({{"at", "lt.2026-10-01T09:05:07Z"}, {"on", "eq.true"}, {"pay", "gt.-12.50"}})
    );
    EXPECT_THAT(select.values, ElementsAre("2026-10-01 09:05:07", "1", "-12.50"));
}

TEST(SelectSql, TheNextPageBeginsBehindTheCursor) {
    const Select select =
        value_or_throw(compose({{"order", "name.desc"}}, {std::string("m"), std::string("7")}));
    EXPECT_THAT(
        select.sql,
        HasSubstr("(((`name` < ? OR `name` IS NULL)) OR (`name` = ? AND `id` > ?)) "
                  "ORDER BY `name` DESC, `id` LIMIT 101")
    );
    EXPECT_THAT(select.values, ElementsAre("m", "m", "7"));
    const Select null =
        value_or_throw(compose({{"order", "name"}}, {std::nullopt, std::string("7")}));
    EXPECT_THAT(null.sql, HasSubstr("((`name` IS NOT NULL) OR (`name` IS NULL AND `id` > ?))"));
}

TEST(Cursor, IsGoodForItsOwnQueryAlone) {
    const DataQuery query = value_or_throw(parse_query({{"name", "eq.x"}, {"order", "name"}}));
    const DataQuery other = value_or_throw(parse_query({{"name", "eq.y"}, {"order", "name"}}));
    const std::string scope = cursor_scope("db", "t", query);
    const CursorValues values{std::string("a\"b"), std::nullopt};
    const std::string cursor = encode_cursor(values, scope, "key");
    EXPECT_EQ(value_or_throw(decode_cursor(cursor, scope, "key")), values);
    EXPECT_FALSE(decode_cursor(cursor, cursor_scope("db", "t", other), "key").has_value());
    EXPECT_FALSE(decode_cursor(cursor, cursor_scope("other", "t", query), "key").has_value());
    EXPECT_FALSE(decode_cursor(cursor, scope, "another key").has_value());
    EXPECT_FALSE(decode_cursor(cursor + "00", scope, "key").has_value());
    EXPECT_FALSE(decode_cursor("", scope, "key").has_value());
    EXPECT_FALSE(decode_cursor(std::string(70, 'z'), scope, "key").has_value());
}

} // namespace
} // namespace bgerp::data
