// Properties of the pause before the next attempt, for random lists, attempts and chances.
#include "tenant_db/queue/payload.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <random>

namespace bgerp::queue {
namespace {

class Backoff : public testing::Test {
protected:
    Backoff() {
        const unsigned seed = std::random_device{}();
        RecordProperty("seed", std::to_string(seed));
        trace = std::make_unique<testing::ScopedTrace>(
            __FILE__,
            __LINE__,
            "seed " + std::to_string(seed)
        );
        random.seed(seed);
    }

    double chance() { return std::uniform_real_distribution<double>(0, 1)(random); }

    std::int64_t number(std::int64_t from, std::int64_t to) {
        return std::uniform_int_distribution<std::int64_t>(from, to)(random);
    }

    static constexpr int rounds = 20000;
    static constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    std::mt19937_64 random;
    std::unique_ptr<testing::ScopedTrace> trace;
};

TEST_F(Backoff, WithoutAListItDoublesUpToAnHourWithinAQuarter) {
    for (int round = 0; round < rounds; ++round) {
        const std::int64_t attempt = round % 2 == 0 ? number(1, 20) : number(1, most);
        const double ideal = attempt < 12 ? static_cast<double>(std::int64_t{1} << attempt) : 3600;
        const std::int64_t pause = backoff_for({}, attempt, chance());
        ASSERT_GE(static_cast<double>(pause), ideal * 0.75 - 1) << "attempt " << attempt;
        ASSERT_LE(static_cast<double>(pause), ideal * 1.25 + 1) << "attempt " << attempt;
        ASSERT_LE(backoff_for({}, attempt, 0), pause);
        ASSERT_GE(backoff_for({}, attempt, 1), pause);
        if (attempt < most) {
            const double same = chance();
            ASSERT_LE(backoff_for({}, attempt, same), backoff_for({}, attempt + 1, same));
        }
    }
}

TEST_F(Backoff, AListIsFollowedAndItsLastEntryRepeats) {
    for (int round = 0; round < rounds; ++round) {
        std::vector<std::int64_t> list(static_cast<std::size_t>(number(1, 8)));
        std::generate(list.begin(), list.end(), [&] { return number(0, 86400); });
        std::sort(list.begin(), list.end());
        std::int64_t before = 0;
        for (std::int64_t attempt = 1; attempt <= 10; ++attempt) {
            const auto index = std::min(static_cast<std::size_t>(attempt), list.size()) - 1;
            const std::int64_t pause = backoff_for(list, attempt, chance());
            ASSERT_EQ(pause, list[index]);
            ASSERT_GE(pause, before) << "a list that rises makes pauses that rise";
            before = pause;
        }
    }
}

TEST_F(Backoff, NoNumberLeadsOutOfBounds) {
    constexpr std::int64_t year_s = std::int64_t{366} * 24 * 3600;
    for (int round = 0; round < rounds; ++round) {
        const std::vector<std::int64_t> list{number(-most, most)};
        const std::int64_t pause = backoff_for(list, number(-most, most), chance());
        ASSERT_GE(pause, 0) << list.front();
        ASSERT_LE(pause, year_s) << list.front();
    }
}

} // namespace
} // namespace bgerp::queue
