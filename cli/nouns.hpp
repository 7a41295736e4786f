// The nouns of the command line, one file each. To add one: declare its function here, add it to
// the list in nouns.cpp and its file to CMakeLists.txt.
#pragma once

#include "cli/commands.hpp"

namespace bgerp::cli {

void add_account(CLI::App& root, Commands& commands);
void add_alert(CLI::App& root, Commands& commands);
void add_batch(CLI::App& root, Commands& commands);
void add_bench(CLI::App& root, Commands& commands);
void add_config(CLI::App& root, Commands& commands);
void add_db(CLI::App& root, Commands& commands);
void add_doctor(CLI::App& root, Commands& commands);
void add_failed(CLI::App& root, Commands& commands);
void add_import(CLI::App& root, Commands& commands);
void add_job(CLI::App& root, Commands& commands);
void add_limit(CLI::App& root, Commands& commands);
void add_migrate(CLI::App& root, Commands& commands);
void add_org(CLI::App& root, Commands& commands);
void add_payroll(CLI::App& root, Commands& commands);
void add_queue(CLI::App& root, Commands& commands);
void add_report(CLI::App& root, Commands& commands);
void add_schedule(CLI::App& root, Commands& commands);
void add_seed(CLI::App& root, Commands& commands);
void add_token(CLI::App& root, Commands& commands);
void add_up(CLI::App& root, Commands& commands);
void add_work(CLI::App& root, Commands& commands);
void add_workflow(CLI::App& root, Commands& commands);

/// Adds all of them, in the order in which --help lists them.
void add_nouns(CLI::App& root, Commands& commands);

} // namespace bgerp::cli
