// What this worker's attempts came to, counted in memory until the stat keeper adds it to the
// tenants' tables: by tenant, queue and kind. On every job's way, so each slot's thread counts in a
// part of its own, behind a lock that nobody else holds at that moment, and finds the place of its
// last job at once. Thread-safe.
#pragma once

#include "tenant_db/queue/stat_cells.hpp"
#include "tenant_db/stat_keeper.hpp"
#include "worker/held_job.hpp"

#include <array>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace bgerp::worker {

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

    /// All that was counted since the last call: of a tenant at most stats_kept_apart_max and one.
    [[nodiscard]] std::vector<TenantStats> take();

private:
    struct Tenant {
        std::shared_ptr<ServedTenant> tenant;
        queue::StatCells cells;
    };

    using Tenants = std::unordered_map<const ServedTenant*, Tenant>;

    struct alignas(64) Part {
        std::mutex mutex;
        Tenants tenants;
        const ServedTenant* last_tenant = nullptr;
        queue::StatCells::value_type* last = nullptr;
    };

    [[nodiscard]] Part& part();
    static queue::JobCounts& counts_of(Part& part, const HeldJob& held, const std::string& kind);

    std::array<Part, 16> parts_;
};

} // namespace bgerp::worker
