// A limit book for one tenant, whose grants the tests make up.
#pragma once

#include "tenant_db/queue/payload.hpp"
#include "worker/limits/limit_book.hpp"

#include <gtest/gtest.h>

namespace bgerp::worker {

class LimitBookTest : public ::testing::Test {
protected:
    explicit LimitBookTest(const KindLimits& kinds = {})
        : book_(LimitRules{4, 25, std::chrono::seconds(15)}, kinds, [this] { ++wakes_; }) {}

    void set(queue::Limit limit) {
        queue::QueueRules rules;
        limit.name = "some";
        rules.limits.push_back(std::make_shared<const queue::Limit>(std::move(limit)));
        book_.configure(tenant_, std::move(rules));
    }

    void set_concurrency(std::int64_t concurrency) {
        queue::Limit limit;
        limit.concurrency = concurrency;
        set(limit);
    }

    static std::vector<queue::ReservedJob> jobs(std::size_t count) {
        queue::NewJob job;
        job.kind = "noop";
        queue::ReservedJob row;
        row.key.queue = "default";
        row.payload = queue::compose_envelope(job, "0192c0de-0000-7000-8000-000000000001");
        return std::vector<queue::ReservedJob>(count, row);
    }

    void set_keyed(queue::Limit limit) {
        limit.by = queue::by_limit_key;
        set(std::move(limit));
    }

    /// A job for each of the keys.
    static std::vector<queue::ReservedJob> jobs_of(const std::vector<std::string>& keys) {
        std::vector<queue::ReservedJob> rows = jobs(keys.size());
        for (std::size_t i = 0; i < keys.size(); ++i) {
            queue::NewJob job;
            job.kind = "noop";
            job.limit_key = keys[i];
            rows[i].payload = queue::compose_envelope(job, "0192c0de-0000-7000-8000-000000000001");
        }
        return rows;
    }

    /// As a job that took so long would.
    void run_one(std::chrono::milliseconds took) {
        const auto held = admit(1);
        ASSERT_EQ(held.size(), 1U);
        ASSERT_EQ(book_.begin(held.front(), now_), LimitBook::Turn::now);
        static_cast<void>(book_.end(*held.front(), now_ + took));
    }

    /// Grants what is wished for, at most so many permits and tokens for each key.
    void grant(const std::vector<queue::PermitWish>& wishes, std::int64_t most) {
        std::vector<queue::PermitGrant> grants;
        for (const queue::PermitWish& wish : wishes) {
            grants.push_back({std::min(wish.permits, most), std::min(wish.tokens, most), 0, {}});
            grants.back().next_token_us = 50'000;
        }
        book_.granted(*tenant_, wishes, grants, now_);
    }

    /// Admits jobs; those admitted are held.
    std::vector<HeldJobPtr>
    admit(std::size_t count, std::int64_t granted = 100, bool from_parked = false) {
        auto rows = jobs(count);
        const auto candidates = book_.candidates(*tenant_, rows);
        wishes_ = book_.wishes(tenant_, candidates, from_parked, now_);
        grant(wishes_, granted);
        std::vector<HeldJobPtr> held;
        refused_ = 0;
        for (auto& admission : book_.admit(tenant_, candidates, from_parked, now_)) {
            if (admission.refused) {
                ++refused_;
                continue;
            }
            held.push_back(std::make_shared<HeldJob>(
                tenant_,
                std::make_shared<LaneMeter>(),
                rows.front(),
                now_
            ));
            held.back()->pass = std::move(admission.pass);
        }
        return held;
    }

    HeldJobPtr hold(LimitBook::Admission& admission) {
        auto held = std::make_shared<HeldJob>(
            tenant_,
            std::make_shared<LaneMeter>(),
            jobs(1).front(),
            now_
        );
        held->pass = std::move(admission.pass);
        held_.push_back(held);
        return held;
    }

    int wakes_ = 0;
    LimitBook book_;
    HeldJob::Time now_ = std::chrono::steady_clock::now();
    const LimitBook::Tenant tenant_ =
        std::make_shared<ServedTenant>(1, "acme", "bgerp_t_acme", 1.0, nullptr);
    std::vector<queue::PermitWish> wishes_;
    std::size_t refused_ = 0;
    std::vector<HeldJobPtr> held_; // goes before the book
};

} // namespace bgerp::worker
