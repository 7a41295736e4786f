// Queues whose names begin with `remote.`: their jobs are run by remote workers over the API alone.
// Our own workers neither look into them nor claim from them, and because the names are one stretch
// of the clustered key, a sweep steps over them whatever their backlog. A kind that only remote
// workers run has its queue here; a job of it that was put elsewhere is moved. Pure code.
#pragma once

#include <string>
#include <string_view>

namespace bgerp::queue {

inline constexpr std::string_view remote_queue_prefix = "remote.";

/// True for all other queues: two ranges of PRIMARY (queue, …), '/' being the sign after '.'.
inline constexpr const char* not_a_remote_queue = "(queue < 'remote.' OR queue >= 'remote/')";

[[nodiscard]] inline bool is_remote_queue(std::string_view queue) {
    return queue.starts_with(remote_queue_prefix);
}

/// The queue of a remote kind when nobody names one.
[[nodiscard]] inline std::string remote_queue_of(std::string_view kind) {
    return std::string(remote_queue_prefix) + std::string(kind);
}

} // namespace bgerp::queue
