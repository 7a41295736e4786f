#include "base/currency.hpp"
#include "base/decimal.hpp"
#include "base/fraction.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace bgerp {
namespace {

const std::string most = std::string(28, '9') + "." + std::string(10, '9');

ErrorCode parse_error(std::string_view text) {
    const auto parsed = Decimal::parse(text);
    EXPECT_FALSE(parsed.has_value()) << text;
    return parsed ? ErrorCode::internal : parsed.error().code;
}

template <class Function>
ErrorCode failure_of(Function function) {
    try {
        (void)function();
    } catch (const Failure& failure) {
        return failure.error().code;
    }
    ADD_FAILURE() << "nothing thrown";
    return ErrorCode::internal;
}

TEST(Decimal, ReadsPlainDecimalsAndNothingElse) {
    EXPECT_EQ(Decimal::of("-1234.50").to_string(), "-1234.5");
    EXPECT_EQ(Decimal::of("0007").to_string(2), "7.00");
    EXPECT_EQ(Decimal::of("0.0000000001").to_string(), "0.0000000001");
    EXPECT_EQ(Decimal::of("-0.00").to_string(2), "0.00");
    EXPECT_EQ(Decimal::of("-0.05").to_string(), "-0.05");
    for (const char* text :
         {"",
          "-",
          ".5",
          "5.",
          "+5",
          "1e3",
          " 1",
          "1 ",
          "1,5",
          "1.2.3",
          "--1",
          "-.5",
          "0x1",
          "1_000",
          "NaN",
          "1.-5",
          "\xD9\xA1"}) {
        EXPECT_EQ(parse_error(text), ErrorCode::invalid_argument) << text;
    }
}

TEST(Decimal, RefusesMoreDigitsThanItHolds) {
    EXPECT_EQ(Decimal::of(most).to_string(), most);
    EXPECT_EQ(Decimal::of("-" + most).to_string(), "-" + most);
    EXPECT_EQ(Decimal::of(std::string(50, '0') + "1.5" + std::string(50, '0')).to_string(), "1.5");
    EXPECT_EQ(parse_error("1" + std::string(28, '0')), ErrorCode::too_large);
    EXPECT_EQ(parse_error("0.00000000001"), ErrorCode::too_large);
    EXPECT_EQ(parse_error(std::string(1000, '9')), ErrorCode::too_large);
}

TEST(Decimal, AddsAndComparesExactly) {
    EXPECT_EQ(Decimal::of("0.1") + Decimal::of("0.2"), Decimal::of("0.3"));
    EXPECT_EQ(Decimal::of("1") - Decimal::of("1.0000000001"), Decimal::of("-0.0000000001"));
    EXPECT_LT(Decimal::of("-2"), Decimal::of("-1.99"));
    EXPECT_GT(Decimal::of(most), Decimal::of("9.9"));
    EXPECT_EQ(Decimal(-3), Decimal::of("-3.000"));
    EXPECT_EQ(Decimal::of("1.50").fraction_digits(), 1);
    EXPECT_EQ(Decimal(INT64_MIN).to_string(), "-9223372036854775808");
}

TEST(Decimal, NeverOverflowsInSilence) {
    const Decimal max = Decimal::of(most);
    EXPECT_EQ(failure_of([&] { return max + max; }), ErrorCode::too_large);
    EXPECT_EQ(failure_of([&] { return max + Decimal::of("0.0000000001"); }), ErrorCode::too_large);
    EXPECT_EQ(failure_of([&] { return -max - max; }), ErrorCode::too_large);
    EXPECT_EQ(max - max, Decimal());
    EXPECT_EQ(
        failure_of([&] { return (Fraction(max) * Fraction(max)).round(2); }),
        ErrorCode::too_large
    );
    EXPECT_EQ(failure_of([&] { return Fraction(max).round(0); }), ErrorCode::too_large);
    EXPECT_EQ(failure_of([&] { return Fraction(1).round(11); }), ErrorCode::invalid_argument);
    EXPECT_EQ((Fraction(max) * Fraction(max) / Fraction(max)).round(10), max);
}

TEST(Fraction, RoundsHalfAwayFromZero) {
    const auto rounded = [](const char* text, int digits) {
        return Fraction(Decimal::of(text)).round(digits).to_string();
    };
    EXPECT_EQ(rounded("2.5", 0), "3");
    EXPECT_EQ(rounded("-2.5", 0), "-3");
    EXPECT_EQ(rounded("2.4999999999", 0), "2");
    EXPECT_EQ(rounded("0.125", 2), "0.13");
    EXPECT_EQ(rounded("-0.135", 2), "-0.14");
    EXPECT_EQ(rounded("-0.004", 2), "0");
    EXPECT_EQ((Fraction(2, 3)).round(10).to_string(), "0.6666666667");
    EXPECT_EQ((Fraction(-1, -3)).round(3).to_string(), "0.333");
    EXPECT_EQ((Fraction(1) / Fraction(-8)).round(2).to_string(), "-0.13");
}

TEST(Fraction, IsExactUntilItIsRounded) {
    EXPECT_EQ(Fraction(1, 3) + Fraction(1, 6), Fraction(1, 2));
    EXPECT_EQ(Fraction(1, 3) - Fraction(1, 2), Fraction(-1, 6));
    EXPECT_EQ(Fraction(1, 3) * Fraction(3), Fraction(1));
    EXPECT_LT(Fraction(1, 3), Fraction(Decimal::of("0.3333333334")));
    EXPECT_GT(Fraction(1, 3), Fraction(Decimal::of("0.3333333333")));
    EXPECT_EQ(failure_of([] { return Fraction(1, 0); }), ErrorCode::invalid_argument);
    EXPECT_EQ(failure_of([] { return Fraction(1) / Fraction(0); }), ErrorCode::invalid_argument);
}

// Against long arithmetic on 64-bit integers, written the other way round: remainder, then compare.
TEST(Fraction, RoundsLikeLongDivision) {
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    std::uniform_int_distribution<std::int64_t> numerators(-1'000'000'000, 1'000'000'000);
    std::uniform_int_distribution<std::int64_t> denominators(1, 400);
    for (int i = 0; i < 20'000; ++i) {
        const std::int64_t numerator = numerators(random);
        const std::int64_t denominator = denominators(random);
        const std::int64_t scaled = std::abs(numerator) * 100;
        std::int64_t cents = scaled / denominator;
        const std::int64_t rest = scaled % denominator;
        cents += rest >= denominator - rest ? 1 : 0;
        Decimal expected = Decimal::from_units(static_cast<Decimal::Units>(cents) * 100'000'000);
        if (numerator < 0) {
            expected = -expected;
        }
        ASSERT_EQ(Fraction(numerator, denominator).round(2), expected)
            << numerator << "/" << denominator;
    }
}

TEST(Currency, KnowsMinorUnits) {
    EXPECT_EQ(minor_unit_digits("USD"), 2);
    EXPECT_EQ(minor_unit_digits("JPY"), 0);
    EXPECT_EQ(minor_unit_digits("KWD"), 3);
    EXPECT_EQ(minor_unit_digits("CLF"), 4);
    EXPECT_EQ(minor_unit_digits("ZZZ"), 2);
    EXPECT_TRUE(is_currency_code("EUR"));
    for (const char* text : {"", "EU", "EURO", "eur", "E1R", "\xC3\x89U"}) {
        EXPECT_FALSE(is_currency_code(text)) << text;
    }
}

} // namespace
} // namespace bgerp
