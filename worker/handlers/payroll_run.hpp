// The kind `payroll.run`: {"period": "2026-10"}, and "run_id" when start_payroll() made it.
// Calculates the period's payroll.
#pragma once

#include "worker/handler.hpp"

#include <memory>

namespace bgerp::worker {

[[nodiscard]] std::unique_ptr<Handler> make_payroll_run_handler();

} // namespace bgerp::worker
