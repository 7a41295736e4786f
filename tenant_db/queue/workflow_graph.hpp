// The shape of a workflow before it is written: which step waits for which. Checked whole, so that
// what is stored can be walked without a doubt: every name is known and its own, and no step waits
// for itself, however long the way round. Pure code, linear in steps and edges.
#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace bgerp::queue {

/// A step as its author names it.
struct GraphStep {
    std::string name;
    std::vector<std::string> after; // names of the steps it waits for
};

/// Steps are numbered in the order they were given.
struct WorkflowEdge {
    std::uint32_t parent = 0;
    std::uint32_t child = 0;
};

struct WorkflowGraph {
    std::vector<WorkflowEdge> edges;
    std::vector<std::uint32_t> parents; // of each step, how many
};

inline constexpr std::size_t workflow_steps_max = 20'000;
inline constexpr std::size_t workflow_edges_max = 200'000;
inline constexpr std::size_t step_name_characters_max = 190; // the column's length

/// invalid_argument, with the steps' names in the message and "steps[3].after" or the like as
/// field: no step at all, too many, a name that is empty, too long or taken, a step after one that
/// isn't there or after the same one twice, steps that wait for each other.
[[nodiscard]] Result<WorkflowGraph> check_graph(const std::vector<GraphStep>& steps);

} // namespace bgerp::queue
