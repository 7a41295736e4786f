// A token bucket as one number: the moment at which it is full again (the "theoretical arrival
// time" of the generic cell rate algorithm, ITU-T I.371). It fills evenly, a token every
// period / rate, up to the burst. Pure code; times in microseconds.
#pragma once

#include "tenant_db/queue/limit.hpp"

#include <algorithm>
#include <cstdint>

namespace bgerp::queue {

class Bucket {
public:
    Bucket(const Limit& limit, std::int64_t full_us, std::int64_t now_us)
        : interval_us_(interval_of(limit))
        , burst_(limit.burst > 0 ? limit.burst : limit.rate)
        , now_us_(now_us)
        , full_us_(std::max(full_us, now_us)) {}

    /// Whole tokens in it now.
    [[nodiscard]] std::int64_t tokens() const {
        return std::max<std::int64_t>(
            burst_ - (full_us_ - now_us_ + interval_us_ - 1) / interval_us_,
            0
        );
    }

    /// Takes up to `wanted`; returns how many there were.
    std::int64_t take(std::int64_t wanted) {
        const std::int64_t taken = std::clamp<std::int64_t>(wanted, 0, tokens());
        full_us_ += taken * interval_us_;
        return taken;
    }

    /// Tokens that weren't used.
    void put_back(std::int64_t count) {
        full_us_ = std::max(full_us_ - count * interval_us_, now_us_);
    }

    /// Until it holds a token; 0 when it does.
    [[nodiscard]] std::int64_t next_token_us() const {
        return std::max<std::int64_t>(full_us_ - now_us_ - (burst_ - 1) * interval_us_, 0);
    }

    [[nodiscard]] std::int64_t full_us() const { return full_us_; }

private:
    // Rounded up: never faster than the limit says.
    static std::int64_t interval_of(const Limit& limit) {
        const std::int64_t period_us = limit.period_s * 1'000'000;
        const std::int64_t rate = std::max<std::int64_t>(limit.rate, 1);
        return std::max<std::int64_t>((period_us + rate - 1) / rate, 1);
    }

    std::int64_t interval_us_;
    std::int64_t burst_;
    std::int64_t now_us_;
    std::int64_t full_us_;
};

} // namespace bgerp::queue
