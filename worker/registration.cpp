#include "worker/registration.hpp"

#include "base/ids.hpp"

#include <array>
#include <unistd.h>

namespace bgerp::worker {

namespace {

constexpr std::chrono::seconds statement_time{5};

std::string host_name() {
    std::array<char, 256> name{};
    return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

} // namespace

Registration::Registration(
    mysql::Pool& core, std::string doorbell_host, std::uint16_t doorbell_port
)
    : core_(core) {
    process_.id = new_uuid();
    process_.host = host_name();
    process_.pid = static_cast<std::uint64_t>(::getpid());
    process_.doorbell_host = std::move(doorbell_host);
    process_.doorbell_port = doorbell_port;
}

void Registration::renew() {
    const auto connection = core_.acquire(Deadline::after(statement_time));
    if (!core_db::heartbeat_worker(*connection, process_.id)) {
        core_db::register_worker(*connection, process_);
    }
}

void Registration::remove() noexcept {
    try {
        core_db::unregister_worker(*core_.acquire(Deadline::after(statement_time)), process_.id);
    } catch (const std::exception&) { // the heartbeat ages instead
        return;
    }
}

} // namespace bgerp::worker
