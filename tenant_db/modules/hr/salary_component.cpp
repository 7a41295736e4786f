#include "tenant_db/modules/hr/salary_component.hpp"

#include <algorithm>
#include <initializer_list>
#include <utility>

namespace bgerp::hr {

namespace {

// More than any payslip shows; a bound on what one stored list can cost each payslip.
constexpr std::size_t components_max = 32;
constexpr std::size_t slabs_max = 64;
constexpr std::size_t code_length_max = 40;

constexpr std::string_view percent_kind = "percent_of_gross";
constexpr std::string_view capped_kind = "percent_of_gross_capped";
constexpr std::string_view slab_tax_kind = "slab_tax";

// Thrown and caught within this file: a Result through every level of the document would bury the
// rules. `path` says where in the document.
[[noreturn]] void refuse(const std::string& path, const std::string& what) {
    throw Failure(Error{ErrorCode::invalid_argument, path + ": " + what, path, {}});
}

void require_keys(
    const Json& json, const std::string& path, std::initializer_list<std::string_view> allowed
) {
    if (!json.is_object()) {
        refuse(path, "must be an object");
    }
    for (const auto& item : json.items()) {
        if (std::find(allowed.begin(), allowed.end(), item.key()) == allowed.end()) {
            refuse(path + "." + item.key(), "is not known here");
        }
    }
}

const Json& member(const Json& json, const std::string& path, const std::string& key) {
    const auto found = json.find(key);
    if (found == json.end()) {
        refuse(path + "." + key, "is missing");
    }
    return *found;
}

std::string text_member(const Json& json, const std::string& path, const std::string& key) {
    const Json& value = member(json, path, key);
    if (!value.is_string()) {
        refuse(path + "." + key, "must be text");
    }
    return value.get<std::string>();
}

const Json&
list_member(const Json& json, const std::string& path, const std::string& key, std::size_t max) {
    const Json& value = member(json, path, key);
    if (!value.is_array() || value.size() > max) {
        refuse(path + "." + key, "must be a list of at most " + std::to_string(max));
    }
    return value;
}

Decimal amount_member(const Json& json, const std::string& path, const std::string& key) {
    const auto amount = Decimal::parse(text_member(json, path, key));
    if (!amount || amount->is_negative()) {
        refuse(path + "." + key, "must be a number from 0 on, as text: \"6.2\"");
    }
    return *amount;
}

Decimal rate_member(const Json& json, const std::string& path) {
    const Decimal rate = amount_member(json, path, "rate");
    if (rate > Decimal(100)) {
        refuse(path + ".rate", "must be at most 100 percent");
    }
    return rate;
}

std::vector<TaxSlab> slabs_of(const Json& json, const std::string& path) {
    const Json& list = list_member(json, path, "slabs", slabs_max);
    if (list.empty()) {
        refuse(path + ".slabs", "must not be empty");
    }
    std::vector<TaxSlab> slabs;
    for (const Json& item : list) {
        const std::string at = path + ".slabs[" + std::to_string(slabs.size()) + "]";
        require_keys(item, at, {"up_to", "rate"});
        TaxSlab slab{std::nullopt, rate_member(item, at)};
        const bool last = slabs.size() + 1 == list.size();
        if (last == item.contains("up_to")) {
            refuse(at + ".up_to", "must be given for every slab but the last");
        }
        if (!last) {
            slab.up_to = amount_member(item, at, "up_to");
            if (*slab.up_to <= (slabs.empty() ? Decimal() : *slabs.back().up_to)) {
                refuse(at + ".up_to", "must be more than the slab before");
            }
        }
        slabs.push_back(slab);
    }
    return slabs;
}

bool has_code(const SalaryComponents& components, std::string_view code) {
    return std::any_of(components.begin(), components.end(), [code](const auto& component) {
        return component.code == code;
    });
}

SlabTax slab_tax_of(const Json& json, const std::string& path, const SalaryComponents& earlier) {
    require_keys(json, path, {"code", "side", "kind", "less", "slabs"});
    SlabTax tax;
    for (const Json& code : list_member(json, path, "less", components_max)) {
        if (!code.is_string() || !has_code(earlier, code.get<std::string>())) {
            refuse(path + ".less", "must name components that stand earlier in the list");
        }
        tax.less.push_back(code.get<std::string>());
    }
    tax.slabs = slabs_of(json, path);
    return tax;
}

std::string code_of(const Json& json, const std::string& path, const SalaryComponents& earlier) {
    std::string code = text_member(json, path, "code");
    const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
    const bool good = !code.empty() && code.size() <= code_length_max && is_letter(code.front()) &&
                      std::all_of(code.begin(), code.end(), [&](char c) {
                          return is_letter(c) || (c >= '0' && c <= '9') || c == '_';
                      });
    if (!good) {
        refuse(path + ".code", "must be lower-case letters, digits and _, at most 40");
    }
    if (has_code(earlier, code)) {
        refuse(path + ".code", "occurs twice");
    }
    return code;
}

SalaryComponent
component_of(const Json& json, const std::string& path, const SalaryComponents& earlier) {
    require_keys(json, path, {"code", "side", "kind", "rate", "cap", "less", "slabs"});
    SalaryComponent component;
    component.code = code_of(json, path, earlier);
    const std::string side = text_member(json, path, "side");
    component.side = side == component_side_name(ComponentSide::employer) ? ComponentSide::employer
                                                                          : ComponentSide::employee;
    if (side != component_side_name(component.side)) {
        refuse(path + ".side", "must be employee or employer");
    }
    const std::string kind = text_member(json, path, "kind");
    if (kind == slab_tax_kind) {
        component.rule = slab_tax_of(json, path, earlier);
    } else if (kind == percent_kind) {
        require_keys(json, path, {"code", "side", "kind", "rate"});
        component.rule = PercentOfGross{rate_member(json, path), std::nullopt};
    } else if (kind == capped_kind) {
        require_keys(json, path, {"code", "side", "kind", "rate", "cap"});
        component.rule = PercentOfGross{rate_member(json, path), amount_member(json, path, "cap")};
    } else {
        refuse(path + ".kind", "must be percent_of_gross, percent_of_gross_capped or slab_tax");
    }
    return component;
}

Json rule_to_json(const PercentOfGross& rule) {
    Json json{
        {"kind", rule.cap ? capped_kind : percent_kind},
        {"rate", rule.rate_percent.to_string()}};
    if (rule.cap) {
        json["cap"] = rule.cap->to_string();
    }
    return json;
}

Json rule_to_json(const SlabTax& rule) {
    Json slabs = Json::array();
    for (const TaxSlab& slab : rule.slabs) {
        Json item{{"rate", slab.rate_percent.to_string()}};
        if (slab.up_to) {
            item["up_to"] = slab.up_to->to_string();
        }
        slabs.push_back(std::move(item));
    }
    return {{"kind", slab_tax_kind}, {"less", rule.less}, {"slabs", std::move(slabs)}};
}

} // namespace

std::string_view component_side_name(ComponentSide side) {
    return side == ComponentSide::employee ? "employee" : "employer";
}

SalaryComponents default_components() {
    const Decimal social_security_rate = Decimal::of("6.2");
    const Decimal social_security_cap = Decimal::of("14050.00");
    const SlabTax income_tax{
        {"pension"},
        {{Decimal(12'000), Decimal(0)},
         {Decimal(45'000), Decimal(12)},
         {Decimal(95'000), Decimal(22)},
         {std::nullopt, Decimal(32)}}};
    using enum ComponentSide;
    return {
        {"pension", employee, PercentOfGross{Decimal(5), std::nullopt}},
        {"social_security", employee, PercentOfGross{social_security_rate, social_security_cap}},
        {"medicare", employee, PercentOfGross{Decimal::of("1.45"), std::nullopt}},
        {"income_tax", employee, income_tax},
        {"employer_social_security",
         employer,
         PercentOfGross{social_security_rate, social_security_cap}},
    };
}

Json components_to_json(const SalaryComponents& components) {
    Json list = Json::array();
    for (const SalaryComponent& component : components) {
        Json json = std::visit([](const auto& rule) { return rule_to_json(rule); }, component.rule);
        json["code"] = component.code;
        json["side"] = component_side_name(component.side);
        list.push_back(std::move(json));
    }
    return list;
}

Result<SalaryComponents> components_from_json(const Json& json) {
    if (!json.is_array() || json.size() > components_max) {
        return fail(
            ErrorCode::invalid_argument,
            "components must be a list of at most " + std::to_string(components_max),
            "components"
        );
    }
    SalaryComponents components;
    try {
        for (const Json& item : json) {
            const std::string path = "components[" + std::to_string(components.size()) + "]";
            components.push_back(component_of(item, path, components));
        }
    } catch (const Failure& failure) {
        return tl::unexpected<Error>(failure.error());
    }
    return components;
}

} // namespace bgerp::hr
