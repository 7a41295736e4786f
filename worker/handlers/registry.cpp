#include "worker/handlers/registry.hpp"

#include "tenant_db/modules/data_import/start_import.hpp"
#include "tenant_db/modules/hr/start_payroll.hpp"
#include "tenant_db/modules/job_kinds.hpp"
#include "tenant_db/modules/reports/build_report.hpp"
#include "tenant_db/queue/job_signal.hpp"
#include "worker/handlers/exec.hpp"
#include "worker/handlers/http.hpp"
#include "worker/handlers/import_load.hpp"
#include "worker/handlers/noop.hpp"
#include "worker/handlers/payroll_run.hpp"
#include "worker/handlers/report_build.hpp"
#include "worker/handlers/wait_signal.hpp"
#include "worker/slow_attempts.hpp"

namespace bgerp::worker {

namespace {

constexpr std::chrono::seconds instant{60};
constexpr std::chrono::hours long_work{6}; // they commit in steps and go on where they stopped

} // namespace

void register_handlers(HandlerRegistry& registry, const Config& config) {
    if (config.worker.slow_attempt_ms > 0) {
        registry.use(make_slow_attempts(std::chrono::milliseconds(config.worker.slow_attempt_ms)));
    }
    const auto add = [&](const std::string& kind,
                         std::unique_ptr<Handler> handler,
                         std::chrono::seconds timeout,
                         const std::vector<std::string>& fail_on = {}) {
        registry.add(kind, std::move(handler), {timeout, {}, args_schema(config, kind), fail_on});
    };
    add("noop", make_noop_handler(), instant);
    add("bench_latency", make_latency_handler(), instant);
    add(queue::wait_kind, make_wait_signal_handler(), instant);
    add(data_import::import_kind, make_import_load_handler(), long_work);
    add(hr::payroll_kind, make_payroll_run_handler(), long_work);
    add(reports::report_kind, make_report_build_handler(), long_work);
    for (const ExecConfig& exec : config.exec) {
        add(exec.kind, make_exec_handler(exec), std::chrono::seconds(exec.timeout_s), exec.fail_on);
    }
    for (const HttpKindConfig& http : config.http) {
        // A second more than the request has: its own time-out tells more.
        const std::chrono::seconds timeout(http.timeout_s + 1);
        add(http.kind, make_http_handler(http), timeout, http.fail_on);
    }
    for (const auto& [name, kind] : config.queue.aliases) {
        registry.alias(name, kind);
    }
}

} // namespace bgerp::worker
