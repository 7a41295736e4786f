#include "base/ids.hpp"
#include "tenant_db/queue/in_list.hpp"
#include "tenant_db/queue/job_document.hpp"
#include "tenant_db/queue/run_record.hpp"
#include "tenant_db/queue/workflow.hpp"
#include "tenant_db/queue/workflow_graph.hpp"

namespace bgerp::queue {

namespace {

constexpr std::size_t name_characters_max = 255; // the column's length

// A statement's texts together, as for the rows of jobs (job_rows.cpp).
constexpr std::size_t statement_bytes_max = 4UL * 1024 * 1024;

const char* name_of(OnFailure policy) {
    return policy == OnFailure::stop ? "stop" : "continue";
}

// A step as it is stored.
struct StepRow {
    NewJob job; // with its uuid
    std::string document;
    const char* on_failure = "stop";
};

Result<WorkflowGraph> graph_of(const NewWorkflow& workflow) {
    std::vector<GraphStep> steps;
    steps.reserve(workflow.steps.size());
    for (const NewStep& step : workflow.steps) {
        steps.push_back({step.name, step.after});
    }
    return check_graph(steps);
}

// A step is enqueued when nobody is there to hear that it can't be: it is checked now.
Result<void> check_step(const NewStep& step, const EnqueueLimits& limits) {
    if (!step.job.uuid.empty()) {
        return fail(ErrorCode::invalid_argument, "a step's job gets its own uuid", "uuid");
    }
    if (!step.job.batch_id.empty()) {
        return fail(ErrorCode::invalid_argument, "a step can't be a batch's member", "batch_id");
    }
    if (step.job.unique || !step.job.chain.empty() || !step.job.chain_catch.empty()) {
        return fail(
            ErrorCode::invalid_argument,
            "a step's job is neither unique nor has it a chain",
            step.job.unique ? "unique" : "chain"
        );
    }
    return check_job(step.job, limits);
}

Result<std::vector<StepRow>>
rows_of(const NewWorkflow& workflow, const std::string& id, const EnqueueLimits& limits) {
    std::vector<StepRow> rows;
    rows.reserve(workflow.steps.size());
    for (std::size_t i = 0; i < workflow.steps.size(); ++i) {
        const NewStep& step = workflow.steps[i];
        if (Result<void> checked = check_step(step, limits); !checked) {
            Error error = std::move(checked.error());
            error.field = "steps[" + std::to_string(i) + "]." + error.field;
            error.message = "step \"" + step.name + "\": " + error.message;
            return tl::unexpected(std::move(error));
        }
        StepRow row;
        row.job = step.job;
        row.job.tracked = true; // so that it can be cancelled with the rest, and shown
        row.document = to_text(job_to_json(row.job));
        row.job.uuid = new_uuid();
        row.job.workflow_step = {id, static_cast<std::int64_t>(i)};
        row.on_failure = name_of(step.on_failure.value_or(workflow.on_failure));
        rows.push_back(std::move(row));
    }
    return rows;
}

std::size_t rows_that_fit(const std::vector<StepRow>& rows, std::size_t from) {
    std::size_t bytes = 0;
    std::size_t count = 0;
    while (from + count < rows.size() && count < in_list_max) {
        bytes += rows[from + count].document.size();
        if (count > 0 && bytes > statement_bytes_max) {
            break;
        }
        ++count;
    }
    return rows_per_statement(count);
}

void insert_steps(
    mysql::Session& session,
    const QueueSchema& schema,
    const std::string& id,
    const NewWorkflow& workflow,
    const WorkflowGraph& graph,
    const std::vector<StepRow>& rows
) {
    for (std::size_t from = 0; from < rows.size();) {
        const std::size_t count = rows_that_fit(rows, from);
        mysql::Params params;
        for (std::size_t i = from; i < from + count; ++i) {
            params.insert(
                params.end(),
                {id,
                 i,
                 workflow.steps[i].name,
                 graph.parents[i] == 0 ? "queued" : "waiting",
                 rows[i].on_failure,
                 graph.parents[i],
                 rows[i].job.uuid,
                 rows[i].document}
            );
        }
        session.execute(
            "INSERT INTO " + schema("workflow_step") +
                " (workflow_id, step, name, state, on_failure, missing, job_uuid, job) VALUES " +
                repeated("(?,?,?,?,?,?,?,?)", count),
            params
        );
        from += count;
    }
}

void insert_edges(
    mysql::Session& session,
    const QueueSchema& schema,
    const std::string& id,
    const std::vector<WorkflowEdge>& edges
) {
    for (std::size_t from = 0; from < edges.size();) {
        const std::size_t count = rows_per_statement(edges.size() - from);
        mysql::Params params;
        for (std::size_t i = from; i < from + count; ++i) {
            params.insert(params.end(), {id, edges[i].parent, edges[i].child});
        }
        session.execute(
            "INSERT INTO " + schema("workflow_edge") + " (workflow_id, parent, child) VALUES " +
                repeated("(?,?,?)", count),
            params
        );
        from += count;
    }
}

} // namespace

Result<std::string> create_workflow(
    mysql::Transaction& transaction,
    const QueueSchema& schema,
    const NewWorkflow& workflow,
    const EnqueueLimits& limits
) {
    const Result<WorkflowGraph> graph = graph_of(workflow);
    if (!graph) {
        return tl::unexpected(graph.error());
    }
    std::string id = new_uuid();
    const Result<std::vector<StepRow>> rows = rows_of(workflow, id, limits);
    if (!rows) {
        return tl::unexpected(rows.error());
    }
    std::vector<NewJob> first;
    for (std::size_t i = 0; i < rows->size(); ++i) {
        if (graph->parents[i] == 0) {
            first.push_back((*rows)[i].job);
        }
    }
    transaction.execute(
        "INSERT INTO " + schema("workflow") +
            " (id, name, on_failure, steps_total, steps_open, steps_active, created_at)"
            " VALUES (?, ?, ?, ?, ?, ?, UNIX_TIMESTAMP())",
        {id,
         storable(workflow.name, name_characters_max),
         name_of(workflow.on_failure),
         rows->size(),
         rows->size(),
         first.size()}
    );
    insert_steps(transaction, schema, id, workflow, *graph, *rows);
    insert_edges(transaction, schema, id, graph->edges);
    return enqueue_many(transaction, schema, first, limits).map([&](const auto&) { return id; });
}

} // namespace bgerp::queue
