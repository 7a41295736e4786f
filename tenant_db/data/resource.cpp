#include "tenant_db/data/resource.hpp"

#include <algorithm>
#include <array>

namespace bgerp::data {

namespace {

constexpr std::array resources{
    Resource{"attendance", "hr"},
    Resource{"department", "hr"},
    Resource{"employee", "hr"},
    Resource{"leave_request", "hr"},
    Resource{"payroll_run", "hr"},
    Resource{"payslip", "hr"},
    Resource{"payslip_line", "hr"},
    Resource{"salary_component", "hr"},
    Resource{"work_schedule", "hr"},
    Resource{"customer", "sales"},
    Resource{"genre", "sales"},
    Resource{"invoice", "sales"},
    Resource{"invoice_line", "sales"},
    Resource{"track", "sales"},
};

} // namespace

std::span<const Resource> all_resources() {
    return resources;
}

const Resource* find_resource(std::string_view name) {
    const auto* const found = std::find_if(resources.begin(), resources.end(), [&](const auto& r) {
        return r.name == name;
    });
    return found == resources.end() ? nullptr : found;
}

} // namespace bgerp::data
