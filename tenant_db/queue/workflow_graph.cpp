#include "tenant_db/queue/workflow_graph.hpp"

#include "base/utf8.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace bgerp::queue {

namespace {

using Numbers = std::unordered_map<std::string, std::uint32_t>;

std::string field_of(std::size_t step, const char* member) {
    return "steps[" + std::to_string(step) + "]." + member;
}

bool is_step_name(const std::string& text) {
    return !text.empty() && !utf8_error_at(text) && utf8_length(text) <= step_name_characters_max;
}

Result<Numbers> number_steps(const std::vector<GraphStep>& steps) {
    Numbers numbers;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        const std::string& name = steps[i].name;
        if (!is_step_name(name)) {
            return fail(
                ErrorCode::invalid_argument,
                "a step has a name of 1 to " + std::to_string(step_name_characters_max) +
                    " characters",
                field_of(i, "name")
            );
        }
        if (!numbers.emplace(name, static_cast<std::uint32_t>(i)).second) {
            return fail(
                ErrorCode::invalid_argument,
                "two steps have the name \"" + name + "\"",
                field_of(i, "name")
            );
        }
    }
    return numbers;
}

Result<void> add_edges(
    const GraphStep& step, std::uint32_t child, const Numbers& numbers, WorkflowGraph& graph
) {
    std::unordered_set<std::string> seen;
    for (const std::string& parent : step.after) {
        const auto found = numbers.find(parent);
        if (found == numbers.end()) {
            return fail(
                ErrorCode::invalid_argument,
                "step \"" + step.name + "\" is after \"" + parent + "\", which isn't there",
                field_of(child, "after")
            );
        }
        if (!seen.insert(parent).second) {
            return fail(
                ErrorCode::invalid_argument,
                "step \"" + step.name + "\" is after \"" + parent + "\" twice",
                field_of(child, "after")
            );
        }
        graph.edges.push_back({found->second, child});
        ++graph.parents[child];
    }
    return {};
}

// Steps that no order of work ever reaches: each waits, in the end, for itself. Kahn's algorithm:
// steps without an open parent are taken away until none is left that could be.
std::vector<bool> unreachable(const WorkflowGraph& graph) {
    std::vector<std::vector<std::uint32_t>> children(graph.parents.size());
    for (const WorkflowEdge& edge : graph.edges) {
        children[edge.parent].push_back(edge.child);
    }
    std::vector<std::uint32_t> open = graph.parents;
    std::vector<std::uint32_t> ready;
    std::vector<bool> left(open.size(), true);
    for (std::uint32_t i = 0; i < open.size(); ++i) {
        if (open[i] == 0) {
            ready.push_back(i);
        }
    }
    while (!ready.empty()) {
        const std::uint32_t step = ready.back();
        ready.pop_back();
        left[step] = false;
        for (const std::uint32_t child : children[step]) {
            if (--open[child] == 0) {
                ready.push_back(child);
            }
        }
    }
    return left;
}

// From a step that is left back to one of its parents that are left too, and so on: the walk must
// come round, since each of them has such a parent.
std::vector<std::uint32_t> find_cycle(const WorkflowGraph& graph, const std::vector<bool>& left) {
    std::vector<std::uint32_t> parent_of(left.size(), 0);
    for (const WorkflowEdge& edge : graph.edges) {
        if (left[edge.parent]) {
            parent_of[edge.child] = edge.parent;
        }
    }
    auto step =
        static_cast<std::uint32_t>(std::find(left.begin(), left.end(), true) - left.begin());
    std::vector<std::uint32_t> way;
    std::vector<bool> seen(left.size(), false);
    while (!seen[step]) {
        seen[step] = true;
        way.push_back(step);
        step = parent_of[step];
    }
    way.erase(way.begin(), std::find(way.begin(), way.end(), step));
    way.push_back(step);
    std::reverse(way.begin(), way.end());
    return way;
}

std::string describe(const std::vector<GraphStep>& steps, const std::vector<std::uint32_t>& way) {
    constexpr std::size_t shown_max = 10;
    std::string text;
    for (std::size_t i = 0; i < way.size(); ++i) {
        const bool skipped = way.size() > shown_max && i + 2 >= shown_max && i + 1 < way.size();
        if (skipped) {
            text += i + 2 == shown_max ? " -> …" : "";
            continue;
        }
        text += (text.empty() ? "" : " -> ") + steps[way[i]].name;
    }
    return text;
}

} // namespace

Result<WorkflowGraph> check_graph(const std::vector<GraphStep>& steps) {
    if (steps.empty() || steps.size() > workflow_steps_max) {
        return fail(
            ErrorCode::invalid_argument,
            "a workflow has 1 to " + std::to_string(workflow_steps_max) + " steps",
            "steps"
        );
    }
    const Result<Numbers> numbers = number_steps(steps);
    if (!numbers) {
        return tl::unexpected(numbers.error());
    }
    WorkflowGraph graph;
    graph.parents.resize(steps.size());
    for (std::size_t i = 0; i < steps.size(); ++i) {
        const auto child = static_cast<std::uint32_t>(i);
        if (Result<void> added = add_edges(steps[i], child, *numbers, graph); !added) {
            return tl::unexpected(std::move(added.error()));
        }
        if (graph.edges.size() > workflow_edges_max) {
            return fail(
                ErrorCode::invalid_argument,
                "a workflow's steps have at most " + std::to_string(workflow_edges_max) +
                    " \"after\" in all",
                "steps"
            );
        }
    }
    const std::vector<bool> left = unreachable(graph);
    if (std::find(left.begin(), left.end(), true) != left.end()) {
        const std::vector<std::uint32_t> way = find_cycle(graph, left);
        return fail(
            ErrorCode::invalid_argument,
            "steps wait for each other: " + describe(steps, way),
            field_of(way.front(), "after")
        );
    }
    return graph;
}

} // namespace bgerp::queue
