// Exact decimal numbers for money, hours and rates: up to 28 digits before the point and 10 after
// it, never binary floating point. Sums and comparisons are exact; what can't be represented is
// refused, never rounded or wrapped in silence. For products and quotients go through Fraction
// (base/fraction.hpp), which rounds once, at the end. Values; any thread.
#pragma once

#include "base/error.hpp"

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace bgerp {

class Decimal {
public:
    __extension__ using Units = __int128;

    static constexpr int integer_digits_max = 28;
    static constexpr int fraction_digits_max = 10;

    constexpr Decimal() = default;

    constexpr explicit Decimal(std::int64_t whole)
        : units_(static_cast<Units>(whole) * units_per_one) {}

    /// Reads `-?[0-9]+(\.[0-9]+)?`, nothing else: no plus sign, exponent, blanks or separators.
    /// Fails with invalid_argument when `text` is none, too_large when it has more digits than fit
    /// (leading zeros, and zeros at the end of the fraction, don't count).
    [[nodiscard]] static Result<Decimal> parse(std::string_view text);

    /// parse() for constants in the code; throws Failure.
    [[nodiscard]] static Decimal of(std::string_view text) { return value_or_throw(parse(text)); }

    /// The number of `units` of 10^-10. Throws Failure(too_large) when there are too many.
    [[nodiscard]] static Decimal from_units(Units units);

    [[nodiscard]] constexpr Units units() const { return units_; }

    [[nodiscard]] constexpr bool is_zero() const { return units_ == 0; }

    [[nodiscard]] constexpr bool is_negative() const { return units_ < 0; }

    /// The digits after the point that the value needs: 2 for 1.50 + 0.01, 0 for 7.00.
    [[nodiscard]] int fraction_digits() const;

    /// Plain notation with at least `fraction_digits_min` digits after the point, more where the
    /// value has more: nothing is ever cut off. Zero has no sign.
    [[nodiscard]] std::string to_string(int fraction_digits_min = 0) const;

    constexpr Decimal operator-() const {
        Decimal result;
        result.units_ = -units_;
        return result;
    }

    // Sums throw Failure(too_large) past 28 digits before the point.
    Decimal& operator+=(Decimal other);

    Decimal& operator-=(Decimal other) { return *this += -other; }

    friend Decimal operator+(Decimal left, Decimal right) { return left += right; }

    friend Decimal operator-(Decimal left, Decimal right) { return left -= right; }

    friend constexpr bool operator==(Decimal left, Decimal right) {
        return left.units_ == right.units_;
    }

    friend constexpr std::strong_ordering operator<=>(Decimal left, Decimal right) {
        if (left.units_ == right.units_) {
            return std::strong_ordering::equal;
        }
        return left.units_ < right.units_ ? std::strong_ordering::less
                                          : std::strong_ordering::greater;
    }

private:
    static constexpr Units units_per_one = 10'000'000'000;

    // Fixed point, in units of 10^-10, always below 10^38: every pair can be compared and added
    // without scaling, and a sum of two still fits the type's 1.7 * 10^38 plus a carry flag.
    Units units_ = 0;
};

} // namespace bgerp
