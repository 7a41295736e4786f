#include "tenant_db/modules/data_import/seen_keys.hpp"

#include <gtest/gtest.h>

#include <string>

namespace bgerp::data_import {
namespace {

TEST(SeenKeys, KnowsWhatItWasGivenAndNothingElse) {
    SeenKeys seen;
    constexpr int count = 5000; // grows three times
    for (int i = 0; i < count; ++i) {
        const std::string key = "E" + std::to_string(i);
        EXPECT_FALSE(seen.contains(key));
        seen.insert(key);
        seen.insert(key);
    }
    for (int i = 0; i < count; ++i) {
        EXPECT_TRUE(seen.contains("E" + std::to_string(i)));
        EXPECT_FALSE(seen.contains("e" + std::to_string(i)));
    }
}

} // namespace
} // namespace bgerp::data_import
