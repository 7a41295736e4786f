#include "tenant_db/queue/workflow_document.hpp"

#include "tenant_db/queue/workflow_graph.hpp"

namespace bgerp::queue {

namespace {

tl::unexpected<Error> wrong(const std::string& field, const std::string& what) {
    return fail(ErrorCode::invalid_argument, field + " must be " + what, field);
}

// Absent and null are the same.
const Json* member(const Json& object, const char* name) {
    const auto found = object.find(name);
    return found == object.end() || found->is_null() ? nullptr : &*found;
}

Result<std::optional<OnFailure>> policy_in(const Json& object, const std::string& path) {
    const Json* policy = member(object, "on_failure");
    if (policy == nullptr) {
        return std::optional<OnFailure>();
    }
    if (*policy == "stop") {
        return std::optional(OnFailure::stop);
    }
    if (*policy == "continue") {
        return std::optional(OnFailure::go_on);
    }
    return wrong(path + "on_failure", "\"stop\" or \"continue\"");
}

Result<std::vector<std::string>> parents_in(const Json& step, const std::string& path) {
    std::vector<std::string> parents;
    const Json* after = member(step, "after");
    if (after == nullptr) {
        return parents;
    }
    if (!after->is_array()) {
        return wrong(path + "after", "a list of steps' names");
    }
    for (const Json& parent : *after) {
        if (!parent.is_string()) {
            return wrong(path + "after", "a list of steps' names");
        }
        parents.push_back(parent.get<std::string>());
    }
    return parents;
}

Result<NewStep>
step_in(const Json& document, const std::string& path, const StepJobReader& read_job) {
    if (!document.is_object()) {
        return wrong(path.substr(0, path.size() - 1), "an object");
    }
    NewStep step;
    const Json* name = member(document, "name");
    if (name == nullptr || !name->is_string()) {
        return wrong(path + "name", "a text");
    }
    step.name = name->get<std::string>();
    auto after = parents_in(document, path);
    if (!after) {
        return tl::unexpected(std::move(after.error()));
    }
    step.after = std::move(*after);
    auto policy = policy_in(document, path);
    if (!policy) {
        return tl::unexpected(std::move(policy.error()));
    }
    step.on_failure = *policy;
    Json rest = document;
    for (const char* const ours : {"name", "after", "on_failure"}) {
        rest.erase(ours);
    }
    auto job = read_job(rest, path);
    if (!job) {
        return tl::unexpected(std::move(job.error()));
    }
    step.job = std::move(*job);
    return step;
}

Result<void> check_members(const Json& document) {
    if (!document.is_object()) {
        return wrong("workflow", "an object");
    }
    for (const auto& entry : document.items()) {
        if (entry.key() != "name" && entry.key() != "on_failure" && entry.key() != "steps") {
            return fail(
                ErrorCode::invalid_argument,
                "a workflow has no member \"" + entry.key() + "\"",
                entry.key()
            );
        }
    }
    return {};
}

} // namespace

Result<NewWorkflow> read_workflow(const Json& document, const StepJobReader& read_job) {
    if (Result<void> known = check_members(document); !known) {
        return tl::unexpected(std::move(known.error()));
    }
    NewWorkflow workflow;
    if (const Json* name = member(document, "name"); name != nullptr) {
        if (!name->is_string()) {
            return wrong("name", "a text");
        }
        workflow.name = name->get<std::string>();
    }
    const auto policy = policy_in(document, "");
    if (!policy) {
        return tl::unexpected(policy.error());
    }
    workflow.on_failure = policy->value_or(OnFailure::stop);
    const Json* steps = member(document, "steps");
    if (steps == nullptr || !steps->is_array() || steps->size() > workflow_steps_max) {
        return wrong("steps", "a list of at most " + std::to_string(workflow_steps_max));
    }
    for (std::size_t i = 0; i < steps->size(); ++i) {
        auto step = step_in((*steps)[i], "steps[" + std::to_string(i) + "].", read_job);
        if (!step) {
            return tl::unexpected(std::move(step.error()));
        }
        workflow.steps.push_back(std::move(*step));
    }
    return workflow;
}

} // namespace bgerp::queue
