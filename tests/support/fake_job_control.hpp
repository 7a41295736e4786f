// A job's control for tests of modules: counts steps, can refuse the k-th (as a lost lease, or by
// throwing like a lost database) or ask for a stop, and keeps the output. Not thread-safe.
#pragma once

#include "base/mysql/error.hpp"
#include "tenant_db/job_control.hpp"

#include <functional>
#include <optional>
#include <string>

namespace bgerp::testing_support {

class FakeJobControl final : public JobControl {
public:
    /// Called in each checkpoint and in complete() with the number of the call, from 1.
    std::function<Result<void>(int step)> on_step;
    /// The number of checkpoints after which to stop; 0: never.
    int stop_after = 0;

    /// Called whenever the job asks whether it is to stop.
    std::function<void()> on_question;

    [[nodiscard]] bool stop_requested() const override {
        if (on_question) {
            on_question();
        }
        return stop_after > 0 && steps_ >= stop_after;
    }

    [[nodiscard]] Result<void> checkpoint(mysql::Transaction& /*transaction*/) override {
        return step();
    }

    [[nodiscard]] Result<void>
    complete(mysql::Transaction& /*transaction*/, const Json& output) override {
        output_ = output;
        return step();
    }

    void progress(int percent, const std::string& /*message*/) override { percent_ = percent; }

    [[nodiscard]] int steps() const { return steps_; }

    [[nodiscard]] int percent() const { return percent_; }

    [[nodiscard]] const std::optional<Json>& output() const { return output_; }

private:
    Result<void> step() {
        ++steps_;
        return on_step ? on_step(steps_) : Result<void>();
    }

    int steps_ = 0;
    int percent_ = 0;
    std::optional<Json> output_;
};

} // namespace bgerp::testing_support
