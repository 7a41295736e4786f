#include "worker/handlers/exec.hpp"

#include "base/run_child.hpp"
#include "worker/job_context.hpp"

#include <charconv>

namespace bgerp::worker {

namespace {

constexpr int status_bad_arguments = 65; // EX_DATAERR of sysexits.h
constexpr std::uint64_t kib = 1024;

class ExecHandler final : public Handler {
public:
    explicit ExecHandler(const ExecConfig& config)
        : config_(config) {}

    Result<Json> run(JobContext& context) override {
        std::string last_line;
        const auto exit = run_child(
            options_for(context),
            input_of(context),
            [&] { return context.stop_requested(); },
            [&](std::string_view line) {
                if (const auto progress = parse_progress(line)) {
                    context.progress(progress->percent, progress->message);
                } else {
                    last_line = std::string(line);
                }
            }
        );
        if (!exit) {
            return tl::unexpected<Error>(exit.error());
        }
        return judge(*exit, last_line, context);
    }

private:
    // The arguments; of a link in a chain with what the one before it left.
    static std::string input_of(const JobContext& context) {
        if (context.previous().is_null() || !context.args().is_object()) {
            return to_text(context.args());
        }
        Json input = context.args();
        input["previous"] = context.previous();
        return to_text(input);
    }

    [[nodiscard]] ChildOptions options_for(const JobContext& context) const {
        ChildOptions options;
        options.command = config_.command;
        options.memory_bytes_max = static_cast<std::uint64_t>(config_.memory_mib_max) * kib * kib;
        options.output_bytes_max = static_cast<std::size_t>(config_.output_kib_max) * kib;
        options.environment = plain_environment();
        options.environment["BGERP_ORG"] = context.org();
        options.environment["BGERP_JOB_UUID"] = context.envelope().uuid;
        options.environment["BGERP_JOB_ATTEMPT"] = std::to_string(context.attempt());
        return options;
    }

    static Result<Json>
    judge(const ChildExit& exit, const std::string& last_line, JobContext& context) {
        if (exit.signal == 0 && exit.status == 0) {
            auto output = parse_json(exit.output);
            return output ? std::move(*output) : Json(exit.output);
        }
        context.name_error(
            exit.signal != 0 ? "signal:" + std::to_string(exit.signal)
                             : "exit:" + std::to_string(exit.status)
        );
        const bool bad_arguments = exit.signal == 0 && exit.status == status_bad_arguments;
        const std::string how = exit.signal != 0
                                    ? "was killed by signal " + std::to_string(exit.signal)
                                    : "ended with status " + std::to_string(exit.status);
        return fail(
            bad_arguments ? ErrorCode::invalid_argument : ErrorCode::internal,
            "the program " + how + (last_line.empty() ? "" : ": " + last_line)
        );
    }

    const ExecConfig config_;
};

} // namespace

std::optional<ProgressLine> parse_progress(std::string_view line) {
    constexpr std::string_view prefix = "progress: ";
    if (line.substr(0, prefix.size()) != prefix) {
        return std::nullopt;
    }
    line.remove_prefix(prefix.size());
    ProgressLine progress;
    const auto [end, error] =
        std::from_chars(line.data(), line.data() + line.size(), progress.percent);
    if (error != std::errc() || progress.percent < 0 || progress.percent > 100) {
        return std::nullopt;
    }
    line.remove_prefix(static_cast<std::size_t>(end - line.data()));
    if (!line.empty() && line.front() == '%') {
        line.remove_prefix(1);
    }
    if (!line.empty() && line.front() != ' ') {
        return std::nullopt;
    }
    line.remove_prefix(line.empty() ? 0 : 1);
    progress.message = std::string(line);
    return progress;
}

std::unique_ptr<Handler> make_exec_handler(const ExecConfig& config) {
    return std::make_unique<ExecHandler>(config);
}

} // namespace bgerp::worker
