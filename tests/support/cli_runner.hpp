// Runs the command line as its users do: the program itself, with a configuration file that points
// at this test's corner of the shared server, and reads what it wrote. Black box: what a test sees
// is the exit status, stdout and stderr.
#pragma once

#include "base/json.hpp"
#include "tests/support/test_database.hpp"

#include <string>
#include <vector>

namespace bgerp::testing_support {

struct CliResult {
    int status = -1;
    std::string out;
    std::string remarks;

    /// stdout as one JSON document; throws Failure when it isn't.
    [[nodiscard]] Json json() const { return value_or_throw(parse_json(out)); }
};

class CliRunner {
public:
    /// `program` is the path of `bgerp`.
    explicit CliRunner(std::string program);

    /// Runs `bgerp --config … ARGUMENTS` in this test's folder.
    [[nodiscard]] CliResult run(const std::vector<std::string>& arguments) const;

    /// The same with --json.
    [[nodiscard]] CliResult json(std::vector<std::string> arguments) const;

    /// Migrates the core database; most tests begin so.
    void set_up_platform() const;

    [[nodiscard]] TestDatabase& database() { return database_; }

    /// The configuration file, for programs started beside.
    [[nodiscard]] std::string config_file() const { return database_.folder() + "/bgerp.yaml"; }

private:
    TestDatabase database_;
    const std::string program_;
};

} // namespace bgerp::testing_support
