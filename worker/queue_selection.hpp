// Which queues a worker serves, and in which order or proportion (worker.queues): names, beginnings
// of names (`mail.*`) and `*` for every other one. Without weights they are served strictly in the
// order given, as with Laravel and Sidekiq; with weights (`high:5`, `low:1`) each gets its share of
// the claims. Pure code.
#pragma once

#include "tenant_db/queue/parking.hpp"

#include <optional>
#include <string>
#include <vector>

namespace bgerp::worker {

class QueueSelection {
public:
    struct Entry {
        std::string name; // or its beginning
        bool is_beginning = false;
        std::int64_t weight = 1;
    };

    /// An empty list selects all. What follows the last colon is a weight if it is a number from 1
    /// to 1000, and a part of the name otherwise.
    explicit QueueSelection(const std::vector<std::string>& texts);

    /// Never empty.
    [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }

    /// Whether any entry has a weight: then all do, 1 where none is given.
    [[nodiscard]] bool weighted() const { return weighted_; }

    /// The first entry that selects the queue.
    [[nodiscard]] std::optional<std::size_t> entry_of(const std::string& queue) const;

    [[nodiscard]] bool selects(const std::string& queue) const {
        return entry_of(queue).has_value();
    }

    /// Those of `queues` that are selected.
    [[nodiscard]] std::vector<std::string> among(const std::vector<std::string>& queues) const;

    /// The same for a statement.
    [[nodiscard]] queue::QueueFilter filter() const;

private:
    std::vector<Entry> entries_;
    bool weighted_ = false;
};

} // namespace bgerp::worker
