#include "base/ids.hpp"

#include <gtest/gtest.h>

#include <set>

namespace bgerp {
namespace {

TEST(OrgCode, AcceptsTheRule) {
    const std::string longest(41, 'a');
    for (const std::string& text :
         {std::string("ab"),
          std::string("a_"),
          std::string("demo"),
          std::string("a1_b2"),
          longest}) {
        EXPECT_TRUE(OrgCode::parse(text)) << text;
    }
}

TEST(OrgCode, RefusesEverythingElse) {
    const std::string too_long(42, 'a');
    for (const std::string& text :
         {std::string("a"),
          std::string(),
          std::string("1a"),
          std::string("_a"),
          std::string("Ab"),
          std::string("a-b"),
          std::string("a`b"),
          std::string("a b"),
          std::string("a\0b", 3),
          std::string("\xC3\xA4pfel"),
          too_long}) {
        const auto code = OrgCode::parse(text);
        ASSERT_FALSE(code) << text;
        EXPECT_EQ(code.error().field, "org_code");
    }
}

TEST(Uuid, IsVersionSevenUniqueAndOrderedByTime) {
    std::set<std::string> seen;
    std::string before = new_uuid();
    for (int i = 0; i < 1000; ++i) {
        const std::string uuid = new_uuid();
        EXPECT_TRUE(is_uuid(uuid));
        EXPECT_EQ(uuid[14], '7');
        EXPECT_GT(uuid, before);
        EXPECT_TRUE(seen.insert(uuid).second);
        before = uuid;
    }
}

TEST(Uuid, RecognisesOnlyTheForm) {
    EXPECT_TRUE(is_uuid("00000000-0000-0000-0000-00000000ABCD"));
    EXPECT_FALSE(is_uuid("00000000-0000-0000-0000-00000000ABC"));
    EXPECT_FALSE(is_uuid("00000000-0000-0000-0000-00000000ABCG"));
    EXPECT_FALSE(is_uuid("000000000000-0000-0000-00000000ABCD-"));
}

TEST(RandomHex, HasTheLengthAskedFor) {
    EXPECT_EQ(random_hex(32).size(), 64U);
    EXPECT_NE(random_hex(32), random_hex(32));
}

} // namespace
} // namespace bgerp
