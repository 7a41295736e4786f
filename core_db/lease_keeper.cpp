#include "core_db/lease_keeper.hpp"

#include "base/ids.hpp"
#include "base/log.hpp"

namespace bgerp::core_db {

namespace {

constexpr std::chrono::milliseconds ask_again{200};

} // namespace

std::unique_ptr<LeaseKeeper> LeaseKeeper::acquire(
    mysql::Pool& core,
    const std::string& name,
    std::chrono::milliseconds duration,
    Deadline deadline
) {
    const std::string owner = new_uuid();
    for (;;) {
        const auto lease = acquire_lease(*core.acquire(deadline), name, owner, duration);
        if (lease) {
            return std::make_unique<LeaseKeeper>(core, *lease, duration);
        }
        if (deadline.passed()) {
            return nullptr;
        }
        std::this_thread::sleep_for(std::min(ask_again, deadline.remaining()));
    }
}

LeaseKeeper::LeaseKeeper(mysql::Pool& core, Lease lease, std::chrono::milliseconds duration)
    : core_(core)
    , lease_(std::move(lease))
    , duration_(duration)
    // Two thirds: the rest is for the way from the database to here.
    , safe_until_(std::chrono::steady_clock::now() + duration * 2 / 3)
    , thread_([this] { keep(); }) {}

LeaseKeeper::~LeaseKeeper() {
    {
        const std::lock_guard lock(mutex_);
        stop_ = true;
    }
    stopping_.notify_all();
    thread_.join();
    try {
        release_lease(*core_.acquire(Deadline::after(duration_)), lease_);
    } catch (const std::exception& error) {
        log_warn("a lease was left to run out", {{"lease", lease_.name}, {"error", error.what()}});
    }
}

bool LeaseKeeper::lost() const {
    return taken_ || std::chrono::steady_clock::now() >= safe_until_.load();
}

void LeaseKeeper::keep() {
    std::unique_lock lock(mutex_);
    while (!stopping_.wait_for(lock, duration_ / 3, [this] { return stop_; }) && !taken_) {
        lock.unlock();
        renew_once();
        lock.lock();
    }
}

void LeaseKeeper::renew_once() {
    try {
        const auto before = std::chrono::steady_clock::now();
        const auto connection = core_.acquire(Deadline::after(duration_ / 3));
        if (renew_lease(*connection, lease_, duration_)) {
            safe_until_ = before + duration_ * 2 / 3;
        } else {
            taken_ = true;
        }
    } catch (const std::exception& error) {
        log_warn("a lease can't be renewed", {{"lease", lease_.name}, {"error", error.what()}});
    }
}

} // namespace bgerp::core_db
