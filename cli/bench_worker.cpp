#include "cli/bench_worker.hpp"

#include "base/stop_signal.hpp"
#include "cli/sibling.hpp"
#include "core_db/worker_registry.hpp"

#include <algorithm>
#include <csignal>
#include <fstream>
#include <unistd.h>

namespace bgerp::cli {

namespace {

constexpr std::chrono::seconds start_time{30};
constexpr std::chrono::seconds stop_time{60};
constexpr std::chrono::seconds alive_for{15};
constexpr std::chrono::milliseconds between_looks{20};

} // namespace

BenchWorker::BenchWorker(Context& context, const std::vector<std::string>& arguments)
    : context_(context) {
    ProcessOptions options;
    options.command = {value_or_throw(find_sibling("worker", "bgerp-worker"))};
    for (const auto& more : {config_arguments(context.config()), arguments}) {
        options.command.insert(options.command.end(), more.begin(), more.end());
    }
    options.stdout_file = "/dev/null";
    options.stderr_file = "/dev/null";
    process_.emplace(value_or_throw(Process::start(options)));
}

BenchWorker::~BenchWorker() {
    process_->signal_group(SIGTERM);
    static_cast<void>(process_->wait(Deadline::after(stop_time)));
}

void BenchWorker::check_alive() {
    const auto exit = process_->wait(Deadline::after(std::chrono::milliseconds(0)));
    if (exit && !exit->success()) {
        throw Failure(
            ErrorCode::internal,
            "the worker ended with status " + std::to_string(exit->status)
        );
    }
}

void BenchWorker::wait_until_ready() {
    const StopSignal pause;
    const Deadline deadline = Deadline::after(start_time);
    const auto pid = static_cast<std::uint64_t>(process_->pid());
    for (;;) {
        const auto workers = core_db::list_workers(*context_.core_connection(), alive_for);
        const bool ready = std::any_of(workers.begin(), workers.end(), [&](const auto& worker) {
            return worker.pid == pid;
        });
        if (ready) {
            return;
        }
        check_alive();
        if (deadline.passed()) {
            throw Failure(ErrorCode::timeout, "the worker doesn't get ready");
        }
        pause.wait_for(between_looks);
    }
}

std::chrono::duration<double> BenchWorker::cpu_time() const {
    std::ifstream stat("/proc/" + std::to_string(process_->pid()) + "/stat"); // proc(5)
    std::string skipped;
    std::getline(stat, skipped, ')'); // the program's name may hold spaces
    constexpr int fields_before = 11;
    for (int i = 0; i < fields_before; ++i) {
        stat >> skipped;
    }
    double user_ticks = 0;
    double system_ticks = 0;
    stat >> user_ticks >> system_ticks;
    return std::chrono::duration<double>(
        (user_ticks + system_ticks) / static_cast<double>(::sysconf(_SC_CLK_TCK))
    );
}

double BenchWorker::resident_mib() const {
    std::ifstream statm("/proc/" + std::to_string(process_->pid()) + "/statm"); // in pages
    double size = 0;
    double resident = 0;
    statm >> size >> resident;
    constexpr double mib = 1024 * 1024;
    return resident * static_cast<double>(::sysconf(_SC_PAGESIZE)) / mib;
}

} // namespace bgerp::cli
