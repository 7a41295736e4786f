// Exact rational numbers for the middle of a calculation: payroll multiplies, divides and sums in
// fractions of any size and rounds once, at the end. Nothing overflows; memory grows with the
// number of operations, which our formulas bound. Immutable values; any thread.
#pragma once

#include "base/decimal.hpp"

#include <compare>
#include <cstdint>
#include <memory>

namespace bgerp {

class Fraction {
public:
    explicit Fraction(Decimal value);

    /// numerator / denominator. Throws Failure(invalid_argument) when the denominator is zero.
    explicit Fraction(std::int64_t numerator, std::int64_t denominator = 1);

    [[nodiscard]] Fraction operator+(const Fraction& other) const;
    [[nodiscard]] Fraction operator-(const Fraction& other) const;
    [[nodiscard]] Fraction operator*(const Fraction& other) const;

    /// Throws Failure(invalid_argument) for a division by zero.
    [[nodiscard]] Fraction operator/(const Fraction& other) const;

    [[nodiscard]] std::strong_ordering operator<=>(const Fraction& other) const;
    [[nodiscard]] bool operator==(const Fraction& other) const;

    /// The nearest decimal with `digits` (0 to 10) after the point; halves go away from zero
    /// (2.5 → 3, −2.5 → −3). Throws Failure: too_large past 28 digits before the point,
    /// invalid_argument for other `digits`.
    [[nodiscard]] Decimal round(int digits) const;

private:
    struct Terms;

    explicit Fraction(std::shared_ptr<const Terms> terms);

    std::shared_ptr<const Terms> terms_;
};

} // namespace bgerp
