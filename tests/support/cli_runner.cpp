#include "tests/support/cli_runner.hpp"

#include "base/process.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

namespace bgerp::testing_support {

namespace {

std::string take(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    std::filesystem::remove(path);
    return text.str();
}

} // namespace

CliRunner::CliRunner(std::string program)
    : program_(std::move(program)) {
    const Config& config = database_.config();
    std::ofstream(config_file()) << database_.config_section() << "security:\n  master_key_file: "
                                 << config.security.master_key_file
                                 << "\nstorage:\n  dir: " << config.storage.dir << "\n";
}

CliResult CliRunner::run(const std::vector<std::string>& arguments) const {
    ProcessOptions options;
    options.command = {program_, "--config", config_file()};
    options.command.insert(options.command.end(), arguments.begin(), arguments.end());
    options.stdout_file = database_.folder() + "/stdout";
    options.stderr_file = database_.folder() + "/stderr";
    options.working_dir = database_.folder();
    Process process = value_or_throw(Process::start(options));
    const auto exit = process.wait(Deadline::after(std::chrono::minutes(2)));
    if (!exit || exit->signal != 0) {
        throw Failure(ErrorCode::internal, "bgerp did not end as it should");
    }
    return {exit->status, take(options.stdout_file), take(options.stderr_file)};
}

CliResult CliRunner::json(std::vector<std::string> arguments) const {
    arguments.emplace_back("--json");
    return run(arguments);
}

void CliRunner::set_up_platform() const {
    const CliResult result = run({"migrate", "core"});
    if (result.status != 0) {
        throw Failure(ErrorCode::internal, "migrate core failed", result.remarks);
    }
}

} // namespace bgerp::testing_support
