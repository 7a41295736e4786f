#include "worker/queue_selection.hpp"

#include <algorithm>
#include <charconv>

namespace bgerp::worker {

namespace {

constexpr std::int64_t weight_max = 1000;

std::optional<std::int64_t> weight_in(const std::string& text, std::size_t from) {
    std::int64_t weight = 0;
    const char* const end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data() + from, end, weight);
    const bool is_weight =
        parsed.ec == std::errc() && parsed.ptr == end && weight >= 1 && weight <= weight_max;
    return is_weight ? std::optional(weight) : std::nullopt;
}

} // namespace

QueueSelection::QueueSelection(const std::vector<std::string>& texts) {
    for (const std::string& text : texts) {
        Entry entry{text, false, 1};
        const std::size_t colon = text.rfind(':');
        if (colon != std::string::npos && colon > 0) {
            if (const auto weight = weight_in(text, colon + 1)) {
                entry = {text.substr(0, colon), false, *weight};
                weighted_ = true;
            }
        }
        if (!entry.name.empty() && entry.name.back() == '*') {
            entry.name.pop_back();
            entry.is_beginning = true;
        }
        entries_.push_back(std::move(entry));
    }
    if (entries_.empty()) {
        entries_.push_back({"", true, 1});
    }
}

std::optional<std::size_t> QueueSelection::entry_of(const std::string& queue) const {
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        const Entry& entry = entries_[i];
        if (entry.is_beginning ? queue.starts_with(entry.name) : queue == entry.name) {
            return i;
        }
    }
    return std::nullopt;
}

std::vector<std::string> QueueSelection::among(const std::vector<std::string>& queues) const {
    std::vector<std::string> selected;
    std::copy_if(
        queues.begin(),
        queues.end(),
        std::back_inserter(selected),
        [&](const std::string& queue) { return selects(queue); }
    );
    return selected;
}

queue::QueueFilter QueueSelection::filter() const {
    queue::QueueFilter filter;
    for (const Entry& entry : entries_) {
        if (entry.is_beginning && entry.name.empty()) {
            return {};
        }
        (entry.is_beginning ? filter.only_beginnings : filter.only).push_back(entry.name);
    }
    return filter;
}

} // namespace bgerp::worker
