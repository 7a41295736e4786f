// When which databases are asked whether they have work: all of them once a round, in parts of a
// hundred that are spread evenly over the round, so that neither the worker nor the server is busy
// at one moment and a ring never waits for a whole round. While somebody has work the parts are
// small ones: the server takes 1.5 ms for a hundred databases, on a core on which a job's beginning
// may have to wait for them, and 0.3 ms for 25. The first round isn't spread. A round
// lasts the configured interval, or with very many databases as long as it takes to ask so many a
// second. Pure code; discovery's thread alone.
#pragma once

#include "base/mysql/pool.hpp"

#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace bgerp::worker {

class SweepPlan {
public:
    using Time = std::chrono::steady_clock::time_point;

    struct Part {
        mysql::Pool* pool = nullptr;
        std::vector<std::string> databases;
    };

    explicit SweepPlan(std::chrono::milliseconds interval)
        : interval_(interval) {}

    /// True when all parts have been taken: begin() a new round once due() says so.
    [[nodiscard]] bool round_over() const { return next_ == parts_.size(); }

    /// `busy`: somebody has work, or had a moment ago.
    void
    begin(Time now, const std::map<mysql::Pool*, std::vector<std::string>>& databases, bool busy);

    /// When the next part, or after the last one the next round, is due.
    [[nodiscard]] Time due() const;

    /// The next part; round_over() must be false.
    [[nodiscard]] const Part& take() { return parts_[next_++]; }

    [[nodiscard]] Time begun_at() const { return begun_at_; }

private:
    const std::chrono::milliseconds interval_;
    std::vector<Part> parts_;
    std::size_t next_ = 0;
    Time begun_at_{};
    std::chrono::microseconds length_{0};
    bool spread_ = false;
};

} // namespace bgerp::worker
