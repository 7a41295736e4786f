// Which kinds of job there are and what arguments they take, for whoever makes jobs on behalf of
// people (command line, API, schedules): a job that no worker can run, or that must fail, is
// refused before it is made. The kinds' handlers live in the worker; a test holds the two lists
// together.
#pragma once

#include "base/config.hpp"
#include "base/json.hpp"
#include "base/mysql/session.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace bgerp {

/// The kinds that are built in and those that the configuration declares.
[[nodiscard]] std::vector<std::string> job_kinds(const Config& config);

/// invalid_argument with the kinds that there are, field `kind`.
[[nodiscard]] Result<void> check_job_kind(const Config& config, std::string_view kind);

/// Whether a job of that kind can be begun with these arguments; kinds without rules take any.
/// invalid_argument or not_found with the argument as field. Blocking.
[[nodiscard]] Result<void>
check_job_args(mysql::Session& session, std::string_view kind, const Json& args);

} // namespace bgerp
