// Asking many databases with one statement: a UNION of one part a database, in slices that a server
// plans in good time. Used by the probes. Blocking where `ask` is.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace bgerp::queue {

/// Calls `ask(from, to)` for consecutive slices of `databases`. Where one of them is gone, half
/// made or closed to the account, which spoils the statement for all, each half is asked by itself
/// until that one is found; it is left out. Other errors are thrown.
void in_union_slices(
    const std::vector<std::string>& databases,
    const std::function<void(std::size_t from, std::size_t to)>& ask
);

} // namespace bgerp::queue
