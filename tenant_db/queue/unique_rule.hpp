// What a job's unique rule comes to: its key, and whether the rule makes sense. Pure code.
#pragma once

#include "base/error.hpp"
#include "tenant_db/queue/job.hpp"

#include <string>

namespace bgerp::queue {

/// 64 hexadecimal digits: the hash of the job's kind and of what its rule names. Of a job that has
/// a rule.
[[nodiscard]] std::string unique_key(const NewJob& job);

/// invalid_argument for what is wrong with the job's rule, if it has one.
[[nodiscard]] Result<void> check_unique(const NewJob& job);

/// As envelopes and clients write it.
[[nodiscard]] const char* until_name(UniqueRule::Until until);

} // namespace bgerp::queue
