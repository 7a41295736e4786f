// What a payslip is made of below the gross: a tenant's list of components, in the order in which
// they are computed and shown. default_components() is what a tenant starts with; the list is
// stored as JSON and may be edited. Here they are only described and checked: payroll_rules.hpp
// computes with them. Amounts are in the employee's currency. Values; any thread.
#pragma once

#include "base/decimal.hpp"
#include "base/error.hpp"
#include "base/json.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace bgerp::hr {

enum class ComponentSide {
    employee, // deducted from the gross
    employer, // paid on top of it
};

[[nodiscard]] std::string_view component_side_name(ComponentSide side);

/// rate_percent of the month's gross, or of `cap` where the gross is more.
struct PercentOfGross {
    Decimal rate_percent;
    std::optional<Decimal> cap;

    bool operator==(const PercentOfGross&) const = default;
};

/// The part of a year's income above the slab before and up to `up_to` is taxed at rate_percent.
struct TaxSlab {
    std::optional<Decimal> up_to; // nothing: without end, the last slab alone
    Decimal rate_percent;

    bool operator==(const TaxSlab&) const = default;
};

/// The tax of a year on twelve times (gross − the components named in `less`), divided by twelve.
struct SlabTax {
    std::vector<std::string> less; // codes of components that stand earlier in the list
    std::vector<TaxSlab> slabs;

    bool operator==(const SlabTax&) const = default;
};

struct SalaryComponent {
    std::string code;
    ComponentSide side = ComponentSide::employee;
    std::variant<PercentOfGross, SlabTax> rule;

    bool operator==(const SalaryComponent&) const = default;
};

using SalaryComponents = std::vector<SalaryComponent>;

/// Pension, social security, medicare, income tax, and the employer's social security.
[[nodiscard]] SalaryComponents default_components();

/// The list as a JSON array; all numbers are strings, so that no reader makes floating point of
/// them. components_from_json() of it gives the same list.
[[nodiscard]] Json components_to_json(const SalaryComponents& components);

/// Reads and checks a list. Fails with invalid_argument and the path of what is wrong as `field`
/// ("components[3].slabs"): unknown keys or kinds, codes that are not [a-z][a-z0-9_]* or occur
/// twice, rates outside 0 to 100, bounds that don't rise, `less` naming no earlier component, more
/// than 32 components or 64 slabs.
[[nodiscard]] Result<SalaryComponents> components_from_json(const Json& json);

} // namespace bgerp::hr
