// Jobs in and out, as the queue's benchmarks do it: empty jobs put in by the thousand, waiting
// until all are done, single jobs whose handler notes when it began. Blocking; errors are thrown as
// Failure.
#pragma once

#include "cli/bench_tenants.hpp"
#include "tenant_db/doorbell.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace bgerp::cli {

/// Empty jobs, dealt out evenly over tenants and queues.
struct Load {
    std::size_t jobs = 0;
    std::size_t queues = 1; // "default", "default2", …
    std::size_t payload_bytes = 0;
    std::size_t limit_keys = 0; // each job has one of so many; 0: none
};

/// Puts the load in with two threads, a thousand jobs a commit; how long that took.
std::chrono::steady_clock::duration
enqueue_load(Context& context, const std::vector<Tenant>& tenants, const Load& load);

/// Waits until no job of any tenant is left; `check` is called now and then.
void wait_until_empty(
    Context& context, const std::vector<Tenant>& tenants, const std::function<void()>& check
);

/// Rows of `jobs`, held ones included.
[[nodiscard]] std::size_t jobs_left(Context& context, const Tenant& tenant);

/// Single jobs of one tenant, timed from before the transaction that puts them in to their
/// handler's start.
class TimedJobs {
public:
    /// Tracked jobs keep state, output and history, as jobs do by default; untracked ones nothing,
    /// as those of other queues.
    TimedJobs(Context& context, const Tenant& tenant, Doorbell& doorbell, bool tracked = true);

    /// Puts one job in and rings; how many milliseconds that took.
    double push();

    /// The milliseconds of the jobs put in so far, waiting for those that haven't begun. Forgets
    /// them.
    [[nodiscard]] std::vector<double> collect();

private:
    [[nodiscard]] std::optional<std::int64_t> started_us(const std::string& uuid);

    struct Pushed {
        std::string uuid;
        std::chrono::microseconds at;
    };

    Context& context_;
    const Tenant& tenant_;
    Doorbell& doorbell_;
    const bool tracked_;
    std::vector<Pushed> pushed_;
};

} // namespace bgerp::cli
