// The kind `report.build`: {"report", "parameters", "format"}, the report by its own or a saved
// name. Writes it to a file in the tenant's storage.
#pragma once

#include "worker/handler.hpp"

#include <memory>

namespace bgerp::worker {

[[nodiscard]] std::unique_ptr<Handler> make_report_build_handler();

} // namespace bgerp::worker
