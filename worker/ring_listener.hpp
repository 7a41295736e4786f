// Hears the doorbell on a thread of its own, so that no statement of discovery's delays a hint: a
// ring that names a queue of a tenant whose pauses and limits are known goes to the reserver at
// once. All rings are passed on to discovery as well, which asks the database what is not known.
// An early ring is passed on to nobody but an idle reserver. Thread-safe; reads no database.
#pragma once

#include "base/outage.hpp"
#include "base/pulse.hpp"
#include "base/service.hpp"
#include "worker/doorbell_socket.hpp"
#include "worker/queue_selection.hpp"
#include "worker/work_inbox.hpp"

#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

namespace bgerp::worker {

class RingListener final : public Service {
public:
    using Time = std::chrono::steady_clock::time_point;

    /// What discovery knows of a tenant.
    struct Known {
        std::shared_ptr<ServedTenant> tenant;
        std::vector<std::string> paused;
        bool paused_all = false;
        bool limited = false; // pauses or limits: they must be fresh for a hint
        Time asked_at;
    };

    /// `fresh`: how old the knowledge of a tenant may be. The socket and the inbox outlive this.
    RingListener(
        std::chrono::milliseconds fresh,
        QueueSelection selection,
        DoorbellSocket& doorbell,
        WorkInbox& inbox,
        Pulse& pulse
    );
    ~RingListener() override;

    void start() override;
    void stop() override;

    /// Replaces what was known of the tenant. No hint on older knowledge follows.
    void know(const std::string& org, Known known);

    /// Nothing is known of it, and no hint given, until know().
    void forget(const std::string& org);

    /// Rings heard since the last call, each with whether all like it were passed on as hints.
    /// Waits for one about which the database has to be asked, for wake(), or for `timeout`.
    [[nodiscard]] std::map<Ring, bool> wait(std::chrono::milliseconds timeout);

    /// Ends the wait under way, or the next one.
    void wake();

private:
    void run(Pulse::Beat& beat);
    void hear(const std::set<Ring>& rings);
    [[nodiscard]] bool may_hint(const Known& known, const Ring& ring, bool fresh) const;

    const std::chrono::milliseconds fresh_;
    const QueueSelection selection_;
    DoorbellSocket& doorbell_;
    WorkInbox& inbox_;
    Pulse& pulse_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::map<std::string, Known> known_; // by org
    std::map<Ring, bool> heard_;         // and hinted
    bool woken_ = false;                 // or there is something to ask
    StopSignal stop_;
    std::thread thread_;
};

} // namespace bgerp::worker
