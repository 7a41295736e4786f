#include "tenant_db/modules/data_import/header_map.hpp"

#include <gtest/gtest.h>

#include <array>

namespace bgerp::data_import {
namespace {

using Texts = std::vector<std::string>;

constexpr std::array<ImportColumn, 3> columns{{
    {"code", ColumnType::text, true},
    {"name", ColumnType::text, true},
    {"note", ColumnType::text, false},
}};

HeaderMap map_of(const Texts& header, const Json& mapping = {}) {
    return value_or_throw(HeaderMap::make(header, columns, mapping));
}

TEST(HeaderMap, ArrangesFieldsInTheTargetsOrder) {
    const HeaderMap map = map_of({"Name", " code "});
    const Texts fields{"Ada", "A1"};
    std::vector<std::string_view> arranged;
    map.arrange(fields, arranged);
    EXPECT_EQ(arranged, (std::vector<std::string_view>{"A1", "Ada", ""}));
    EXPECT_TRUE(map.has(0));
    EXPECT_FALSE(map.has(2));
}

TEST(HeaderMap, RepeatsARecordsOwnFieldsWhateverTheirNumber) {
    const HeaderMap plain = map_of({"code", "name", "note"});
    EXPECT_EQ(plain.own_fields({"A1"}), (Texts{"A1", "", ""}));
    EXPECT_EQ(plain.own_fields({"A1", "Ada", "x", "y", "z"}), (Texts{"A1", "Ada", "x,y,z"}));

    const HeaderMap mended = map_of({"code", "name", "_line", "_field", "_code", "_message"});
    EXPECT_EQ(
        mended.errors_header(),
        (Texts{"code", "name", "_line", "_field", "_code", "_message"})
    );
    EXPECT_EQ(
        mended.own_fields({"A1", "Ada", "Byron", "7", "", "missing", "m"}),
        (Texts{"A1", "Ada,Byron"})
    );
}

TEST(HeaderMap, ShowsOnlyTheFrontOfAnEndlessTitle) {
    const std::string title = std::string(99, 'x') + "éé" + std::string(5000, 'y');
    const auto map = HeaderMap::make({"code", title}, columns, {});
    ASSERT_FALSE(map);
    EXPECT_EQ(map.error().field, std::string(99, 'x') + "…");
    EXPECT_LT(map.error().message.size(), 200U);
}

TEST(HeaderMap, SaysWhatIsWrongWithTheHeader) {
    const auto field_of = [](const Texts& header, const Json& mapping) {
        const auto map = HeaderMap::make(header, columns, mapping);
        return map ? std::string("accepted") : map.error().field;
    };
    EXPECT_EQ(field_of({"code", "name", "shoe"}, {}), "shoe");
    EXPECT_EQ(field_of({"code", "name", "shoe"}, {{"shoe", nullptr}}), "accepted");
    EXPECT_EQ(field_of({"code", "name", "shoe"}, {{"shoe", "note"}}), "accepted");
    EXPECT_EQ(field_of({"code", "name", "shoe"}, {{"shoe", "name"}}), "shoe");
    EXPECT_EQ(field_of({"code"}, {}), "name");
    EXPECT_EQ(field_of({"code", "name"}, {{"hat", "note"}}), "hat");
}

} // namespace
} // namespace bgerp::data_import
