#include "scheduler/leadership.hpp"

#include "base/log.hpp"

namespace bgerp::scheduler {

namespace {

constexpr const char* lease_name = "scheduler";

} // namespace

Leadership::Leadership(mysql::Pool& core, std::chrono::milliseconds lease)
    : core_(core)
    , lease_(lease) {}

bool Leadership::seek(std::chrono::milliseconds patience) {
    if (held()) {
        return true;
    }
    resign();
    auto keeper =
        core_db::LeaseKeeper::acquire(core_, lease_name, lease_, Deadline::after(patience));
    if (!keeper) {
        return false;
    }
    log_info("this scheduler leads", {{"epoch", std::to_string(keeper->lease().epoch)}});
    const std::lock_guard lock(mutex_);
    keeper_ = std::move(keeper);
    return true;
}

bool Leadership::held() const {
    const std::lock_guard lock(mutex_);
    return keeper_ && !keeper_->lost();
}

void Leadership::resign() {
    std::unique_ptr<core_db::LeaseKeeper> keeper;
    {
        const std::lock_guard lock(mutex_);
        keeper = std::move(keeper_);
    }
    if (keeper && keeper->lost()) {
        log_warn("this scheduler no longer leads", {});
    }
}

} // namespace bgerp::scheduler
