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
    bool outdated = false; // the tables are gone, half made or older than this program; paused_all
};

/// Of the queue's migrations the one without which none of its jobs may begin: read_rules() asks
/// for what it made. The last one there is.
inline constexpr const char* migration_needed = "2026_11_job_ending";

/// No admin's limit begins with this sign.
[[nodiscard]] std::string pause_limit_name(const std::string& kind);

/// Of many databases on one server, with few statements. One whose tables are older than this
/// program is paused: a job whose end can't be written would be run again and again.
[[nodiscard]] std::vector<QueueRules>
read_rules(mysql::Pool& pool, Deadline deadline, const std::vector<std::string>& databases);

/// Of the database that the connection is in, or another.
[[nodiscard]] QueueRules read_rules(mysql::Session& session, const QueueSchema& schema);

} // namespace bgerp::queue
