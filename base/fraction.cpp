#include "base/fraction.hpp"

#include <boost/multiprecision/cpp_int.hpp>

#include <utility>

namespace bgerp {

namespace {

// Without expression templates: every operation gives a number, never a reference to operands.
using Integer = boost::multiprecision::
    number<boost::multiprecision::cpp_int_backend<>, boost::multiprecision::et_off>;

constexpr std::int64_t units_per_one = 10'000'000'000;

} // namespace

// Never reduced: a handful of products stays small, and a greatest common divisor a step would cost
// more than it saves.
struct Fraction::Terms {
    Integer numerator;
    Integer denominator; // above zero
};

Fraction::Fraction(std::shared_ptr<const Terms> terms)
    : terms_(std::move(terms)) {}

Fraction::Fraction(Decimal value)
    : terms_(std::make_shared<const Terms>(Terms{Integer(value.units()), Integer(units_per_one)})) {
}

Fraction::Fraction(std::int64_t numerator, std::int64_t denominator) {
    if (denominator == 0) {
        throw Failure(ErrorCode::invalid_argument, "division by zero");
    }
    Terms terms{Integer(numerator), Integer(denominator)};
    if (terms.denominator < 0) {
        terms.numerator = -terms.numerator;
        terms.denominator = -terms.denominator;
    }
    terms_ = std::make_shared<const Terms>(std::move(terms));
}

Fraction Fraction::operator+(const Fraction& other) const {
    return Fraction(std::make_shared<const Terms>(Terms{
        terms_->numerator * other.terms_->denominator +
            other.terms_->numerator * terms_->denominator,
        terms_->denominator * other.terms_->denominator}));
}

Fraction Fraction::operator-(const Fraction& other) const {
    return *this + other * Fraction(-1);
}

Fraction Fraction::operator*(const Fraction& other) const {
    return Fraction(std::make_shared<const Terms>(Terms{
        terms_->numerator * other.terms_->numerator,
        terms_->denominator * other.terms_->denominator}));
}

Fraction Fraction::operator/(const Fraction& other) const {
    if (other.terms_->numerator == 0) {
        throw Failure(ErrorCode::invalid_argument, "division by zero");
    }
    Terms terms{
        terms_->numerator * other.terms_->denominator,
        terms_->denominator * other.terms_->numerator};
    if (terms.denominator < 0) {
        terms.numerator = -terms.numerator;
        terms.denominator = -terms.denominator;
    }
    return Fraction(std::make_shared<const Terms>(std::move(terms)));
}

std::strong_ordering Fraction::operator<=>(const Fraction& other) const {
    const Integer left = terms_->numerator * other.terms_->denominator;
    return left.compare(other.terms_->numerator * terms_->denominator) <=> 0;
}

bool Fraction::operator==(const Fraction& other) const {
    return (*this <=> other) == std::strong_ordering::equal;
}

Decimal Fraction::round(int digits) const {
    if (digits < 0 || digits > Decimal::fraction_digits_max) {
        throw Failure(ErrorCode::invalid_argument, "decimals have 0 to 10 digits after the point");
    }
    const Integer scale = boost::multiprecision::pow(Integer(10), static_cast<unsigned>(digits));
    const Integer magnitude = abs(terms_->numerator);
    // floor(x + 1/2) on the magnitude is half away from zero: (2 n s + d) / 2 d.
    const Integer rounded =
        (2 * magnitude * scale + terms_->denominator) / (2 * terms_->denominator);
    const Integer units = rounded * (units_per_one / scale);
    static const Integer units_max = boost::multiprecision::pow(Integer(10), 38U);
    if (units >= units_max) {
        throw Failure(ErrorCode::too_large, "a result has more than 28 digits before the point");
    }
    const auto value = static_cast<Decimal::Units>(units);
    return Decimal::from_units(terms_->numerator < 0 ? -value : value);
}

} // namespace bgerp
