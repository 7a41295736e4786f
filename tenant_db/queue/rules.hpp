// All that an organization's admins have said about which jobs may begin, in one statement: pauses
// and limits. Read by the workers' discovery whenever it has found work, so that a tenant without
// either costs no statement more. Blocking.
#pragma once

#include "base/mysql/pool.hpp"
#include "tenant_db/queue/limit.hpp"

#include <memory>
#include <string>
#include <vector>

namespace bgerp::queue {

struct QueueRules {
    /// A paused kind is a limit of none at one time, named as pause_limit_name says. Those with a
    /// concurrency come first: a token isn't spent on a job that something else holds back.
    std::vector<std::shared_ptr<const Limit>> limits;
    std::vector<std::string> paused_queues;
    bool paused_all = false;
};

/// No admin's limit begins with this sign.
[[nodiscard]] std::string pause_limit_name(const std::string& kind);

/// Of many databases on one server, with few statements. One that is gone, or whose tables are
/// older than limits, has no rules.
[[nodiscard]] std::vector<QueueRules>
read_rules(mysql::Pool& pool, Deadline deadline, const std::vector<std::string>& databases);

/// Of the database that the connection is in, or another.
[[nodiscard]] QueueRules read_rules(mysql::Session& session, const QueueSchema& schema);

} // namespace bgerp::queue
