// What a running job's rules may ask of whoever runs it: is it time to stop, is the job still mine,
// this is how far I am, this is the end. The worker implements it over the queue's lease; modules
// know nothing else of the queue. Called from the handler's thread alone.
#pragma once

#include "base/json.hpp"
#include "base/mysql/transaction.hpp"

#include <string>

namespace bgerp {

class JobControl {
public:
    JobControl() = default;
    JobControl(const JobControl&) = delete;
    JobControl& operator=(const JobControl&) = delete;
    virtual ~JobControl() = default;

    /// True when the handler should return soon with ErrorCode::cancelled: the job was cancelled,
    /// its lease was lost, its time is over or the worker shuts down. Steps that committed stay.
    /// Cheap: ask between any two steps.
    [[nodiscard]] virtual bool stop_requested() const = 0;

    /// To be called in the transaction of each step: proves that the job is still this holder's
    /// (lease_lost otherwise: return it, the step must not commit) and counts as progress.
    [[nodiscard]] virtual Result<void> checkpoint(mysql::Transaction& transaction) = 0;

    /// Ends the job inside the handler's last transaction, so that its writes and the job's end
    /// commit together. The handler returns the same output afterwards. lease_lost as above.
    [[nodiscard]] virtual Result<void>
    complete(mysql::Transaction& transaction, const Json& output) = 0;

    /// For people watching: 0–100 and a short sentence. May be called often, written rarely.
    virtual void progress(int percent, const std::string& message) = 0;
};

} // namespace bgerp
