#include "tenant_db/queue/stat_cells.hpp"

#include "base/ids.hpp"

#include <algorithm>

namespace bgerp::queue {

std::chrono::microseconds waited(
    const ReservedJob& job,
    std::string_view uuid,
    std::int64_t database_now_s,
    std::chrono::system_clock::time_point host_now
) {
    constexpr std::chrono::seconds clocks_agree_within{2};
    using std::chrono::microseconds;
    const microseconds by_row = std::chrono::seconds(database_now_s - job.available_at);
    if (job.fence.attempts == 1 && job.available_at == job.created_at) {
        if (const auto made_at = uuid_time(uuid)) {
            const auto by_uuid = std::chrono::duration_cast<microseconds>(host_now - *made_at);
            const microseconds difference = by_uuid - by_row;
            if (difference >= -clocks_agree_within && difference <= clocks_agree_within) {
                return std::max(by_uuid, microseconds(0));
            }
        }
    }
    return std::max(by_row, microseconds(0));
}

// Names of queues come from whoever pushes: only so many are kept apart.
JobCounts& stat_cell(StatCells& cells, const StatKey& key) {
    const auto found = cells.find(key);
    if (found != cells.end()) {
        return found->second;
    }
    const std::size_t kept_apart = cells.size() - cells.count(StatKey());
    return cells[kept_apart < stats_kept_apart_max ? key : StatKey()];
}

std::uint64_t JobCounts::*number_of(Verdict verdict) {
    switch (verdict) {
    case Verdict::complete:
        return &JobCounts::completed;
    case Verdict::fail:
        return &JobCounts::failed;
    case Verdict::retry:
        return &JobCounts::retried;
    case Verdict::cancel:
        return &JobCounts::cancelled;
    default:
        return nullptr;
    }
}

void count_end(
    StatCells& cells,
    const StatKey& key,
    Verdict verdict,
    std::optional<std::chrono::microseconds> ran
) {
    const auto number = number_of(verdict);
    if (number == nullptr) {
        return;
    }
    JobCounts& counts = stat_cell(cells, key);
    ++(counts.*number);
    if (ran) {
        counts.run.add(*ran);
    }
}

void add_cells(StatCells& cells, const StatCells& more) {
    for (const auto& [key, counts] : more) {
        stat_cell(cells, key).add(counts);
    }
}

std::vector<JobStat> stat_list(const StatCells& cells) {
    std::vector<JobStat> list;
    for (const auto& [queue_and_kind, counts] : cells) {
        list.push_back({queue_and_kind.first, queue_and_kind.second, counts});
    }
    return list;
}

} // namespace bgerp::queue
