#include "base/tell_program.hpp"

#include "base/deadline.hpp"

namespace bgerp {

namespace {

constexpr std::uint64_t memory_bytes_max = 1024ULL * 1024 * 1024;
constexpr std::size_t output_bytes_max = 64UL * 1024;

} // namespace

Result<void> tell_program(
    const TellProgram& program, const std::string& news, const StopRequested& stop_requested
) {
    ChildOptions options;
    options.command = program.command;
    options.memory_bytes_max = memory_bytes_max;
    options.output_bytes_max = output_bytes_max;
    options.environment = plain_environment();
    for (const auto& [name, value] : program.environment) {
        options.environment[name] = value;
    }
    const Deadline deadline = Deadline::after(program.timeout);
    std::string last_line;
    const auto exit = run_child(
        options,
        news,
        [&] { return stop_requested() || deadline.passed(); },
        [&](std::string_view line) { last_line = std::string(line); }
    );
    if (!exit && deadline.passed()) {
        return fail(ErrorCode::timeout, "the program didn't end in time");
    }
    if (!exit) {
        return tl::unexpected<Error>(exit.error());
    }
    if (exit->signal != 0 || exit->status != 0) {
        const std::string how = exit->signal != 0 ? "signal " + std::to_string(exit->signal)
                                                  : "status " + std::to_string(exit->status);
        return fail(
            ErrorCode::unavailable,
            "the program ended with " + how + (last_line.empty() ? "" : ": " + last_line)
        );
    }
    return {};
}

} // namespace bgerp
