// What lives as long as a program does: started once, stopped once, in the reverse order of its
// start (see run_services in each program's main). `stop` is idempotent, may be called from any
// thread, and returns when the service's threads have ended.
#pragma once

namespace bgerp {

class Service {
public:
    Service() = default;
    Service(const Service&) = delete;
    Service& operator=(const Service&) = delete;
    virtual ~Service() = default;

    /// Throws Failure if it can't start; a service that threw needs no stop.
    virtual void start() = 0;

    virtual void stop() = 0;
};

} // namespace bgerp
