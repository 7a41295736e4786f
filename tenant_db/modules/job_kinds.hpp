// Which kinds of job there are and what arguments they take, for whoever makes jobs on behalf of
// people (command line, API, schedules): a job that no worker can run, or that must fail, is
// refused before it is made. The kinds' handlers live in the worker; a test holds the two lists
// together.
#pragma once

#include "base/config.hpp"
#include "base/json_schema.hpp"
#include "base/mysql/session.hpp"
#include "tenant_db/queue/job.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bgerp {

/// The kinds that are built in and those that the configuration declares, remote ones included.
[[nodiscard]] std::vector<std::string> job_kinds(const Config& config);

/// The queue of a job for which nobody named one (`asked` is empty): `default`, or a remote kind's
/// own. invalid_argument, field `queue`, for a remote kind in a queue that our own workers serve.
[[nodiscard]] Result<std::string>
queue_of_kind(const Config& config, std::string_view kind, const std::string& asked);

/// invalid_argument with the kinds that there are, field `kind`.
[[nodiscard]] Result<void> check_job_kind(const Config& config, std::string_view kind);

/// What a kind's arguments must look like; nothing for one that takes any. Throws Failure for a
/// schema in the configuration that is none.
[[nodiscard]] std::optional<JsonSchema> args_schema(const Config& config, const std::string& kind);

/// Names and arguments of jobs as the configuration has them, for whoever checks many: schemas are
/// compiled once. Immutable, thread-safe.
class JobRules {
public:
    explicit JobRules(const Config& config);

    /// The kind that is meant by a name: an alias' kind, or the name itself.
    [[nodiscard]] const std::string& kind_of(const std::string& name) const;

    /// invalid_argument with the kinds that there are, field `kind`.
    [[nodiscard]] Result<void> check_kind(const std::string& kind) const;

    /// invalid_argument with the argument as field, "args.period"; kinds without rules take any
    /// object. What only the tenant's database knows is found out by the job itself.
    [[nodiscard]] Result<void> check_args(const std::string& kind, const Json& args) const;

    /// The kinds of a job, its chain and its catch made what is meant, and all checked. Errors name
    /// "chain[1].args.period".
    [[nodiscard]] Result<void> check_job(queue::NewJob& job) const;

private:
    std::vector<std::string> kinds_;
    std::map<std::string, std::string> aliases_;
    std::map<std::string, JsonSchema> schemas_;
};

/// Whether a job of that kind can be begun with these arguments in this tenant's database.
/// invalid_argument or not_found with the argument as field. Blocking.
[[nodiscard]] Result<void>
check_job_args(mysql::Session& session, std::string_view kind, const Json& args);

} // namespace bgerp
