#include "cli/workflow_view.hpp"

#include "cli/output.hpp"

#include <algorithm>
#include <map>
#include <vector>

namespace bgerp::cli {

namespace {

constexpr std::size_t lines_max = 200;
constexpr std::size_t indents_max = 10;

const char* mark_of(const std::string& state) {
    static const std::map<std::string, const char*> marks{
        {"completed", "[x]"},
        {"failed", "[!]"},
        {"cancelled", "[-]"},
        {"running", "[>]"},
        {"retryable", "[~]"},
        {"waiting", "[ ]"}};
    const auto found = marks.find(state);
    return found == marks.end() ? "[.]" : found->second;
}

// How many steps are before each, on the longest way: a step is looked at when the last of its
// parents was.
std::vector<std::size_t> depths_of(const Json& steps) {
    std::map<std::string, std::size_t> places;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        places[steps[i].at("name").get<std::string>()] = i;
    }
    std::vector<std::vector<std::size_t>> children(steps.size());
    std::vector<std::size_t> open(steps.size(), 0);
    for (std::size_t i = 0; i < steps.size(); ++i) {
        for (const Json& parent : steps[i].at("after")) {
            children[places.at(parent.get<std::string>())].push_back(i);
            ++open[i];
        }
    }
    std::vector<std::size_t> depths(steps.size(), 0);
    std::vector<std::size_t> ready;
    for (std::size_t i = 0; i < open.size(); ++i) {
        if (open[i] == 0) {
            ready.push_back(i);
        }
    }
    while (!ready.empty()) {
        const std::size_t step = ready.back();
        ready.pop_back();
        for (const std::size_t child : children[step]) {
            depths[child] = std::max(depths[child], depths[step] + 1);
            if (--open[child] == 0) {
                ready.push_back(child);
            }
        }
    }
    return depths;
}

std::string parents_of(const Json& step) {
    constexpr std::size_t shown_max = 5;
    const Json& after = step.at("after");
    std::string text;
    for (std::size_t i = 0; i < std::min(after.size(), shown_max); ++i) {
        text += (i == 0 ? "  <- " : ", ") + printable(after[i].get<std::string>());
    }
    if (after.size() > shown_max) {
        text += " and " + std::to_string(after.size() - shown_max) + " more";
    }
    return text;
}

std::string remark_of(const Json& step) {
    const Json& waiting_for = step.at("waiting_for");
    if (waiting_for.is_string()) {
        return "  waits for the signal " + printable(waiting_for.get<std::string>());
    }
    const Json& error = step.at("error");
    const bool shown = error.is_string() && step.at("state") != "completed";
    return shown ? "  " + printable(error.get<std::string>()).substr(0, 80) : "";
}

std::string padded(std::string text, std::size_t width) {
    text.resize(std::max(text.size() + 1, width), ' ');
    return text;
}

std::string line_of(const Json& step, std::size_t depth) {
    const std::string state = step.at("state");
    std::string name(2 * std::min(depth, indents_max), ' ');
    name += printable(step.at("name").get<std::string>());
    return std::string(mark_of(state)) + " " + padded(std::move(name), 32) + padded(state, 11) +
           printable(step.at("kind").get<std::string>()) + parents_of(step) + remark_of(step);
}

std::string heading_of(const Json& workflow) {
    const std::string name = printable(workflow.at("name").get<std::string>());
    std::string text = "workflow " + workflow.at("id").get<std::string>();
    text += (name.empty() ? "" : " \"" + name + "\"");
    text += "  " + workflow.at("state").get<std::string>();
    text += workflow.at("stopping").get<bool>() ? ", stopping" : "";
    text += "  " + std::to_string(workflow.at("completed").get<std::int64_t>()) + " of " +
            std::to_string(workflow.at("total").get<std::int64_t>()) + " completed";
    for (const char* const state : {"failed", "cancelled"}) {
        const auto count = workflow.at(state).get<std::int64_t>();
        text += count == 0 ? "" : ", " + std::to_string(count) + " " + state;
    }
    return text;
}

} // namespace

std::string workflow_view(const Json& workflow) {
    const Json& steps = workflow.at("steps");
    const std::vector<std::size_t> depths = depths_of(steps);
    std::vector<std::size_t> order(steps.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
        order[i] = i;
    }
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return depths[a] < depths[b];
    });
    std::string text = heading_of(workflow);
    for (std::size_t i = 0; i < std::min(order.size(), lines_max); ++i) {
        text += "\n" + line_of(steps[order[i]], depths[order[i]]);
    }
    if (order.size() > lines_max) {
        text += "\n… and " + std::to_string(order.size() - lines_max) + " more";
    }
    return text;
}

} // namespace bgerp::cli
