#include "tenant_db/data/parse_query.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bgerp::data {
namespace {

using ::testing::ElementsAre;

Result<DataQuery> parse(const std::string& name, const std::string& value) {
    return parse_query({{name, value}});
}

Condition condition(const std::string& name, const std::string& value) {
    return value_or_throw(parse(name, value)).where.parts.at(0);
}

TEST(ParseQuery, Words) {
    const DataQuery query = value_or_throw(parse_query(
        {{"select", "a,b"}, {"order", "a.desc,b,c.asc"}, {"limit", "7"}, {"cursor", "xyz"}}
    ));
    EXPECT_THAT(query.select, ElementsAre("a", "b"));
    ASSERT_EQ(query.order.size(), 3U);
    EXPECT_TRUE(query.order[0].descending);
    EXPECT_FALSE(query.order[1].descending);
    EXPECT_EQ(query.limit, 7U);
    EXPECT_EQ(query.cursor, "xyz");
    EXPECT_TRUE(query.where.parts.empty());
}

TEST(ParseQuery, AFilterTakesItsValueAsItIs) {
    const Condition plain = condition(
        "name",
        R"(eq.a,b)"
        ".(\"c))"
    );
    EXPECT_EQ(plain.op, Operator::eq);
    EXPECT_THAT(
        plain.values,
        ElementsAre(R"(a,b)"
                    ".(\"c))")
    );
    EXPECT_EQ(condition("a", "eq.").values.at(0), "") << "the empty text is a value";
}

TEST(ParseQuery, Operators) {
    EXPECT_EQ(condition("a", "gte.1.5").op, Operator::gte);
    EXPECT_EQ(condition("a", "gte.1.5").values.at(0), "1.5");
    EXPECT_TRUE(condition("a", "not.like.x*").negated);
    EXPECT_EQ(condition("a", "is.null").op, Operator::is_null);
    EXPECT_THAT(condition("a", R"(in.(1,"2,3","4\"5"))").values, ElementsAre("1", "2,3", "4\"5"));
}

TEST(ParseQuery, ConditionsNest) {
    const Condition any = condition("or", R"((a.eq.1,and(b.gt.2,not.or(c.is.null,d.in.(x,y)))))");
    EXPECT_EQ(any.kind, Condition::Kind::any);
    ASSERT_EQ(any.parts.size(), 2U);
    const Condition& all = any.parts[1];
    EXPECT_EQ(all.kind, Condition::Kind::all);
    EXPECT_TRUE(all.parts.at(1).negated);
    EXPECT_THAT(all.parts.at(1).parts.at(1).values, ElementsAre("x", "y"));
    EXPECT_TRUE(condition("not.and", "(a.eq.1)").negated);
}

TEST(ParseQuery, WhatIsWrongNamesItsParameter) {
    const std::vector<std::pair<std::string, std::string>> wrong{
        {"a", ""},
        {"a", "5"},
        {"a", "odd.5"},
        {"a", "is.maybe"},
        {"a", "in.1"},
        {"a", "in.(1"},
        {"a", "in.(\"1)"},
        {"a", "is.nullx"},
        {"or", "a.eq.1"},
        {"or", "(a.eq.1"},
        {"or", "(a)"},
        {"or", "(a.eq.1)x"},
        {"order", "a.up"},
        {"limit", "0"},
        {"limit", "1001"},
        {"limit", "-1"},
        {"limit", "1x"},
        {"and", "(or(a.eq.1)"},
    };
    for (const auto& [name, value] : wrong) {
        const auto parsed = parse(name, value);
        ASSERT_FALSE(parsed.has_value()) << name << "=" << value;
        EXPECT_EQ(parsed.error().code, ErrorCode::invalid_argument);
        EXPECT_EQ(parsed.error().field, name);
    }
}

TEST(ParseQuery, HasLimits) {
    std::string deep = "(a.eq.1)";
    for (int i = 0; i < 10; ++i) {
        deep = "(and" + deep + ")";
    }
    EXPECT_FALSE(parse("or", deep).has_value());
    std::string wide = "(a.eq.1";
    std::string values = "in.(1";
    for (int i = 0; i < 1000; ++i) {
        wide += ",a.eq.1";
        values += ",1";
    }
    EXPECT_FALSE(parse("or", wide + ")").has_value());
    EXPECT_FALSE(parse("a", values + ")").has_value());
}

} // namespace
} // namespace bgerp::data
