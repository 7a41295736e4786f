// The options of `job push` that say how a job stands to others: unique, chained, sealed, tagged.
// Not thread-safe.
#pragma once

#include "tenant_db/queue/job.hpp"

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace bgerp::cli {

class FlowOptions {
public:
    void add_to(CLI::App& command);

    /// Sets what was given. Throws Failure(invalid_argument) with the option as field.
    void apply(queue::NewJob& job) const;

private:
    [[nodiscard]] bool unique_asked() const;
    [[nodiscard]] queue::UniqueRule unique_rule() const;

    bool unique_ = false;
    bool replace_ = false;
    bool encrypt_ = false;
    std::string unique_key_;
    std::string unique_until_;
    std::string unique_for_;
    std::vector<std::string> unique_by_;
    std::string on_conflict_;
    std::vector<std::string> then_;
    std::string on_failure_;
    std::vector<std::string> tags_;
    std::string meta_;
};

} // namespace bgerp::cli
