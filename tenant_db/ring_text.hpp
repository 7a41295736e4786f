// What a ring of the doorbell (tenant_db/doorbell.hpp) says beyond the tenant. Pure code.
#pragma once

#include <string>

namespace bgerp {

/// What an early ring begins with; no org code does.
inline constexpr char early_ring_mark = '~';

/// For Doorbell::ring: the tenant has a job in this queue. Spares the workers the question where it
/// is.
[[nodiscard]] inline std::string ring_text(const std::string& org_code, const std::string& queue) {
    return org_code + ' ' + queue;
}

/// For Doorbell::ring_known, right before the COMMIT that makes the job: a worker that has nothing
/// to do is awake when the job can be seen. Nothing is promised, so the other ring must follow.
[[nodiscard]] inline std::string
early_ring_text(const std::string& org_code, const std::string& queue) {
    return early_ring_mark + ring_text(org_code, queue);
}

} // namespace bgerp
