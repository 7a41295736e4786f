// The signals that ask a program to end, as something its main thread waits for: SIGTERM, SIGINT
// and SIGHUP are blocked for the whole process (made before any thread, which inherits it) and
// taken one by one, so no code ever runs inside a signal handler. SIGPIPE is ignored.
#pragma once

#include <chrono>
#include <csignal>

namespace bgerp {

class Termination {
public:
    Termination() {
        ::sigemptyset(&signals_);
        ::sigaddset(&signals_, SIGTERM);
        ::sigaddset(&signals_, SIGINT);
        ::sigaddset(&signals_, SIGHUP);
        ::pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
        ::signal(SIGPIPE, SIG_IGN);
    }

    /// Waits for one of the signals; false when none came in time. Each call takes one signal.
    [[nodiscard]] bool wait_for(std::chrono::milliseconds duration) const {
        const timespec timeout{
            static_cast<time_t>(duration.count() / 1000),
            static_cast<long>(duration.count() % 1000) * 1'000'000};
        return ::sigtimedwait(&signals_, nullptr, &timeout) > 0;
    }

private:
    sigset_t signals_{};
};

} // namespace bgerp
