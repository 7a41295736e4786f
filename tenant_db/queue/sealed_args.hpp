// Arguments that only the worker reads (docs/queue-flow.md): sealed before the job is enqueued, so
// that the tables hold no plain text of them. The key is the tenant's (core_db/args_key.hpp); this
// file has none and stores none. Pure code.
#pragma once

#include "base/error.hpp"
#include "tenant_db/queue/job.hpp"

#include <string>

namespace bgerp::queue {

struct Envelope;

/// Whether `args` are what seal_args makes of them.
[[nodiscard]] bool is_sealed(const Json& args);

/// Seals the args of the job, and of the links of its chain, where `encrypted` says so. A unique
/// rule by arguments becomes one by a key that only the tenant's key can make of them. To be called
/// once for a job: what is sealed would be sealed again.
void seal_args(NewJob& job, const std::string& key_hex);

/// The envelope with its args opened, if they are sealed. forbidden when the key is another's, or
/// none, or the text was changed.
[[nodiscard]] Result<void> open_args(Envelope& envelope, const std::string& key_hex);

} // namespace bgerp::queue
