#include "cli/nouns.hpp"

#include <array>

namespace bgerp::cli {

namespace {

constexpr std::array nouns{
    add_up,       add_db,       add_migrate, add_org,    add_account, add_token,
    add_job,      add_queue,    add_limit,   add_alert,  add_failed,  add_batch,
    add_workflow, add_schedule, add_work,    add_import, add_payroll, add_report,
    add_seed,     add_bench,    add_config,  add_doctor,
};

} // namespace

void add_nouns(CLI::App& root, Commands& commands) {
    for (const auto& add : nouns) {
        add(root, commands);
    }
}

} // namespace bgerp::cli
