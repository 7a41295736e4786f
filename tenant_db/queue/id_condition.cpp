#include "tenant_db/queue/id_condition.hpp"

#include "tenant_db/queue/in_list.hpp"

namespace bgerp::queue {

namespace {

constexpr std::size_t runs_max = 8;
constexpr std::size_t ids_per_run_min = 3; // with fewer, a list is as cheap

// Statements name 1, 2, 4 or 8 runs; the last one is repeated until they do.
std::size_t padded_runs(std::size_t count) {
    std::size_t padded = 1;
    while (padded < count) {
        padded *= 2;
    }
    return padded;
}

} // namespace

IdCondition::IdCondition(const std::vector<std::uint64_t>& ids)
    : ids_(ids) {
    for (const std::uint64_t id : ids) {
        const bool goes_on = !runs_.empty() && id <= runs_.back().last + 1; // or stands twice
        if (goes_on) {
            runs_.back().last = id;
        } else if (runs_.size() == runs_max) {
            runs_.clear();
            return;
        } else {
            runs_.push_back({id, id});
        }
    }
    if (ids.size() < runs_.size() * ids_per_run_min) {
        runs_.clear();
    }
}

// A run ends one before its last id, which is looked up by itself: a range that runs past its end
// locks the row after it, somebody else's, to see that it is past.
std::string IdCondition::text() const {
    if (runs_.empty()) {
        return "id IN" + in_list(ids_.size());
    }
    std::string text = "(";
    for (std::size_t i = 0; i < padded_runs(runs_.size()); ++i) {
        text += i == 0 ? "id BETWEEN ? AND ? OR id = ?" : " OR id BETWEEN ? AND ? OR id = ?";
    }
    return text + ")";
}

void IdCondition::bind(mysql::Params& params) const {
    if (runs_.empty()) {
        add_padded(params, ids_);
        return;
    }
    for (std::size_t i = 0; i < padded_runs(runs_.size()); ++i) {
        const Run& run = runs_[std::min(i, runs_.size() - 1)];
        params.insert(params.end(), {run.first, std::max(run.first, run.last - 1), run.last});
    }
}

} // namespace bgerp::queue
