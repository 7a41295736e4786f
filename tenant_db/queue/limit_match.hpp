// Which limits a job falls under and with which key: read from its envelope without parsing more of
// it than needed, since this is done for every job of an organization that has limits. Pure code.
#pragma once

#include "tenant_db/queue/limit.hpp"

#include <memory>
#include <string_view>

namespace bgerp::queue {

/// What limits look at in a payload.
struct JobHead {
    std::string kind;
    std::string limit_key; // empty: none
};

/// Empty for a payload that can't be read; its job falls under no limit and fails by itself.
[[nodiscard]] std::optional<JobHead> read_head(std::string_view payload);

/// A key that a job has to ask for. The hash names limit and key in all tables.
struct LimitKey {
    std::uint64_t hash = 0;
    std::shared_ptr<const Limit> limit;
    std::string text; // as people see it; empty: the limit has one key for all
};

[[nodiscard]] std::uint64_t key_hash(std::string_view limit_name, std::string_view key);

/// Limits that match `queue` and `payload`, in their order. A limit by a key that the job doesn't
/// have doesn't count it.
[[nodiscard]] std::vector<LimitKey> keys_of_job(
    const std::vector<std::shared_ptr<const Limit>>& limits,
    std::string_view queue,
    std::string_view payload
);

} // namespace bgerp::queue
