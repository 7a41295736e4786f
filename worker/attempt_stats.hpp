// What this worker's attempts came to, counted in memory until the stat keeper adds it to the
// tenants' tables: by tenant, queue and kind. On every job's way, so each slot's thread counts in a
// part of its own, behind a lock that nobody else holds at that moment, and finds the place of its
// last job at once. Thread-safe.
#pragma once

#include "tenant_db/queue/decide.hpp"
#include "tenant_db/queue/job_stats.hpp"
#include "worker/held_job.hpp"

#include <array>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace bgerp::worker {

/// How long a job waited from being available to now. The row has whole seconds; of a first attempt
/// at a job without a delay its uuid (version 7) tells the milliseconds, where the clocks that made
/// uuid and row agree. Never negative.
[[nodiscard]] std::chrono::microseconds waited(
    const queue::ReservedJob& job,
    std::string_view uuid,
    std::int64_t database_now_s,
    std::chrono::system_clock::time_point host_now
);

class AttemptStats {
public:
    using Duration = std::chrono::steady_clock::duration;

    /// The handler begins.
    void started(const HeldJob& held, const std::string& kind, std::chrono::microseconds waited);

    /// The attempt is over; `ran` is what the handler took, if it began. `kind` is empty when it
    /// is none that is known. Given back, left or lost ones aren't counted.
    void ended(
        const HeldJob& held,
        const std::string& kind,
        queue::Verdict verdict,
        std::optional<Duration> ran
    );

    struct OfTenant {
        std::shared_ptr<ServedTenant> tenant;
        std::vector<queue::JobStat> stats; // at most stats_kept_apart_max and one
    };

    /// All that was counted since the last call.
    [[nodiscard]] std::vector<OfTenant> take();

private:
    using Key = std::pair<std::string, std::string>; // queue, kind
    using Cells = std::map<Key, queue::JobCounts>;

    struct Tenant {
        std::shared_ptr<ServedTenant> tenant;
        Cells cells;
    };

    using Tenants = std::unordered_map<const ServedTenant*, Tenant>;

    struct alignas(64) Part {
        std::mutex mutex;
        Tenants tenants;
        const ServedTenant* last_tenant = nullptr;
        Cells::value_type* last = nullptr;
    };

    [[nodiscard]] Part& part();
    static queue::JobCounts& counts_of(Part& part, const HeldJob& held, const std::string& kind);

    static queue::JobCounts& cell(Cells& cells, const Key& key);

    std::array<Part, 16> parts_;
};

} // namespace bgerp::worker
