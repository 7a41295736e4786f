// How a noun's file tells the program its verbs: it adds them to the parser and says for each what
// to do once the arguments are read. The parser runs nothing itself, so a mistake in the last
// argument is found before anything is done. Used while the program starts, by one thread.
#pragma once

#include "cli/context.hpp"

#include <CLI/CLI.hpp>
#include <functional>

namespace bgerp::cli {

/// What a verb does. Returns the exit status; expected errors are thrown as Failure.
using Action = std::function<int(Context&)>;

class Commands {
public:
    /// `action` is what `command` does. Its options must be kept alive by the action (a shared_ptr
    /// it captures).
    void on(CLI::App& command, Action action) {
        command.callback([this, action = std::move(action)] { chosen_ = action; });
    }

    /// The action of the command that was given; empty before parsing.
    [[nodiscard]] const Action& chosen() const { return chosen_; }

private:
    Action chosen_;
};

} // namespace bgerp::cli
