// What a ring of the doorbell (tenant_db/doorbell.hpp) says beyond the tenant. Pure code.
#pragma once

#include <string>

namespace bgerp {

/// For Doorbell::ring: the tenant has a job in this queue. Spares the workers the question where it
/// is.
[[nodiscard]] inline std::string ring_text(const std::string& org_code, const std::string& queue) {
    return org_code + ' ' + queue;
}

} // namespace bgerp
