// Stands between a claim and the slots: lets through the jobs that no limit holds back and puts the
// others aside in the database, a whole batch at a time, and fetches those back whose time has
// come. Carries out what the limit book decides. The reserver's thread admits and takes, the
// keeper's keeps up; statements about permits are made by one of them at a time. Blocking; throws
// Failure.
#pragma once

#include "worker/counters.hpp"
#include "worker/lanes.hpp"
#include "worker/limits/limit_book.hpp"

namespace bgerp::worker {

class LimitGate {
public:
    using Tenant = LimitBook::Tenant;

    LimitGate(LimitBook& book, std::uint64_t worker, std::int64_t lease_s, QueueSelection selection)
        : book_(book)
        , worker_(worker)
        , lease_s_(lease_s)
        , selection_(std::move(selection)) {}

    [[nodiscard]] LimitBook& book() { return book_; }

    struct Admitted {
        queue::ReservedJob job;
        std::unique_ptr<LimitPass> pass; // null: under no limit
    };

    /// Of `jobs`, just reserved, those that may be held. The others are parked. When it throws,
    /// jobs that were neither are still in `jobs`. `job_ms`: what one is expected to cost.
    [[nodiscard]] std::vector<Admitted> admit(
        const Tenant& tenant, std::vector<queue::ReservedJob>& jobs, std::optional<double> job_ms
    );

    /// Jobs that were parked and may be held now: about `room`, never more than `at_most`.
    [[nodiscard]] std::vector<Admitted>
    take_parked(const Tenant& tenant, std::size_t room, std::size_t at_most);

    /// Parks jobs in hand that have waited for their turn for longer than `age`. Returns them.
    [[nodiscard]] std::vector<HeldJobPtr>
    park_stale(LimitBook::Time now, std::chrono::milliseconds age);

    /// An attempt ended; tells the breakers over it. In the slot's thread.
    void attempt_ended(const HeldJob& held, bool succeeded);

    /// Leases, idle permits, and what other workers parked. Returns queues that have jobs again,
    /// with their tenant.
    struct Returned {
        Tenant tenant;
        std::set<std::string> queues;
    };

    [[nodiscard]] std::vector<Returned> keep_up();

    /// Gives all permits back. Never throws: they run out otherwise.
    void give_up() noexcept;

private:
    [[nodiscard]] std::vector<Admitted>
    let_through(const Tenant& tenant, std::vector<queue::ReservedJob>& jobs, bool from_parked);
    void acquire(const ServedTenant& tenant, const std::vector<queue::PermitWish>& wishes);
    void keep_up_one(const LimitBook::Upkeep& upkeep, std::vector<Returned>& returned);

    LimitBook& book_;
    const std::uint64_t worker_;
    const std::int64_t lease_s_;
    const QueueSelection selection_;
    std::mutex permits_mutex_; // statements about permits: what they write is absolute
};

} // namespace bgerp::worker
