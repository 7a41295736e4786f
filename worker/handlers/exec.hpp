// A job kind that is a program of the operator's choice (section `exec` of the configuration). The
// program reads the job's arguments as JSON from its standard input and writes its output, JSON or
// text, to its standard output; a line `progress: 42 message` on standard error is shown to those
// who watch. Status 0 is success, 65 (EX_DATAERR) bad arguments that no retry mends, anything else
// a failure that is tried again. Tenant, job and attempt are in BGERP_ORG, BGERP_JOB_UUID and
// BGERP_JOB_ATTEMPT. The payload chooses neither the program nor its arguments.
#pragma once

#include "base/config.hpp"
#include "worker/handler.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace bgerp::worker {

[[nodiscard]] std::unique_ptr<Handler> make_exec_handler(const ExecConfig& config);

struct ProgressLine {
    int percent = 0;
    std::string message;
};

/// Reads `progress: 42 message`; nothing for any other line or a number beyond 100.
[[nodiscard]] std::optional<ProgressLine> parse_progress(std::string_view line);

} // namespace bgerp::worker
