#include "base/decimal.hpp"

#include <algorithm>

namespace bgerp {

namespace {

constexpr Decimal::Units power_of_ten(int exponent) {
    Decimal::Units power = 1;
    for (int i = 0; i < exponent; ++i) {
        power *= 10;
    }
    return power;
}

constexpr Decimal::Units units_end =
    power_of_ten(Decimal::integer_digits_max + Decimal::fraction_digits_max);

bool is_digits(std::string_view text) {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

tl::unexpected<Error> too_many_digits() {
    return fail(
        ErrorCode::too_large,
        "a number may have " + std::to_string(Decimal::integer_digits_max) +
            " digits before the decimal point and " + std::to_string(Decimal::fraction_digits_max) +
            " after it"
    );
}

} // namespace

Result<Decimal> Decimal::parse(std::string_view text) {
    const bool negative = text.starts_with('-');
    const std::string_view number = text.substr(negative ? 1 : 0);
    const std::size_t point = number.find('.');
    std::string_view whole = number.substr(0, point);
    std::string_view fraction = point == std::string_view::npos ? "0" : number.substr(point + 1);
    if (!is_digits(whole) || !is_digits(fraction)) {
        return fail(ErrorCode::invalid_argument, "not a plain decimal number such as -1234.50");
    }
    whole.remove_prefix(std::min(whole.find_first_not_of('0'), whole.size()));
    fraction = fraction.substr(0, fraction.find_last_not_of('0') + 1);
    if (whole.size() > integer_digits_max || fraction.size() > fraction_digits_max) {
        return too_many_digits();
    }
    Units units = 0;
    for (const std::string_view part : {whole, fraction}) {
        for (const char c : part) {
            units = units * 10 + (c - '0');
        }
    }
    units *= power_of_ten(fraction_digits_max - static_cast<int>(fraction.size()));
    Decimal result;
    result.units_ = negative ? -units : units;
    return result;
}

Decimal Decimal::from_units(Units units) {
    if (units <= -units_end || units >= units_end) {
        throw Failure(too_many_digits().value());
    }
    Decimal result;
    result.units_ = units;
    return result;
}

int Decimal::fraction_digits() const {
    int digits = fraction_digits_max;
    for (Units rest = units_; digits > 0 && rest % 10 == 0; rest /= 10) {
        --digits;
    }
    return digits;
}

std::string Decimal::to_string(int fraction_digits_min) const {
    const int digits = std::clamp(fraction_digits_min, fraction_digits(), fraction_digits_max);
    Units rest = (is_negative() ? -units_ : units_) / power_of_ten(fraction_digits_max - digits);
    std::string reversed;
    for (int i = 0; rest != 0 || i <= digits; ++i, rest /= 10) {
        if (i == digits && digits > 0) {
            reversed += '.';
        }
        reversed += static_cast<char>('0' + static_cast<int>(rest % 10));
    }
    if (is_negative()) {
        reversed += '-';
    }
    return {reversed.rbegin(), reversed.rend()};
}

Decimal& Decimal::operator+=(Decimal other) {
    Units sum = 0;
    if (__builtin_add_overflow(units_, other.units_, &sum)) {
        throw Failure(too_many_digits().value());
    }
    *this = from_units(sum);
    return *this;
}

} // namespace bgerp
