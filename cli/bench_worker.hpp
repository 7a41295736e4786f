// The real worker, as a process of its own, for a benchmark: made for some organizations alone,
// ended with the benchmark. Its log is thrown away. One thread.
#pragma once

#include "base/process.hpp"
#include "cli/context.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace bgerp::cli {

class BenchWorker {
public:
    /// Starts bgerp-worker with these arguments beside the configuration. Throws Failure.
    BenchWorker(Context& context, const std::vector<std::string>& arguments);
    BenchWorker(const BenchWorker&) = delete;
    BenchWorker& operator=(const BenchWorker&) = delete;
    ~BenchWorker();

    /// Throws Failure if it has ended.
    void check_alive();

    /// Waits until it has registered itself: its doorbell can be rung. Throws Failure.
    void wait_until_ready();

    /// Processor time it took so far.
    [[nodiscard]] std::chrono::duration<double> cpu_time() const;

    /// Memory it holds now.
    [[nodiscard]] double resident_mib() const;

private:
    Context& context_;
    std::optional<Process> process_;
};

} // namespace bgerp::cli
