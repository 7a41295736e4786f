// Why a running handler was asked to stop. Written by the lease renewer, the worker's shutdown or
// the attempt's own deadline, read by the handler through its context and by the executor.
#pragma once

namespace bgerp::queue {

enum class StopReason {
    none,
    timeout,    // its time is over
    shutdown,   // the worker goes; the job is given back without an attempt spent
    cancelled,  // somebody cancelled the job
    lease_lost, // somebody else owns the job now, or may: nothing must be written
};

} // namespace bgerp::queue
