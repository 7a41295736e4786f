// bgerp workflow …: jobs that begin when others have ended.

#include "tenant_db/queue/workflow.hpp"

#include "cli/nouns.hpp"
#include "cli/tenant_session.hpp"
#include "cli/workflow_view.hpp"
#include "tenant_db/modules/job_kinds.hpp"
#include "tenant_db/queue/workflow_document.hpp"

#include <fstream>
#include <iostream>
#include <iterator>

namespace bgerp::cli {

namespace {

struct WorkflowOption {
    std::string org;
    std::string id;
    std::string file;
    std::size_t limit = 50;
};

constexpr std::size_t file_bytes_max = 64UL * 1024 * 1024;

queue::QueueSchema own() {
    return queue::QueueSchema::current();
}

Result<Json> read_document(const std::string& file) {
    std::ifstream opened;
    if (file != "-") {
        opened.open(file, std::ios::binary);
        if (!opened) {
            return fail(ErrorCode::not_found, "the file can't be read: " + file, "FILE");
        }
    }
    std::istream& in = file == "-" ? std::cin : opened;
    std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    if (text.size() > file_bytes_max) {
        return fail(ErrorCode::too_large, "a workflow's file has at most 64 MiB", "FILE");
    }
    return parse_json(text).map_error([](Error error) {
        error.field = "FILE";
        return error;
    });
}

// What is given, of its type; nothing and null are the same.
template <class T>
Result<void> read_member(const Json& job, const char* name, const std::string& path, T& into) {
    const auto found = job.find(name);
    if (found == job.end() || found->is_null()) {
        return {};
    }
    try {
        into = found->get<T>();
    } catch (const Json::exception&) {
        return fail(
            ErrorCode::invalid_argument,
            path + name + " is of the wrong type",
            path + name
        );
    }
    return {};
}

Result<void> check_members(const Json& job, const std::string& path) {
    for (const auto& entry : job.items()) {
        const std::string& key = entry.key();
        if (key != "kind" && key != "args" && key != "queue" && key != "priority" &&
            key != "delay_s" && key != "max_tries" && key != "timeout_s" && key != "backoff_s" &&
            key != "tags") {
            return fail(
                ErrorCode::invalid_argument,
                "a step has no member \"" + key + "\"",
                path + key
            );
        }
    }
    return {};
}

Result<queue::NewJob> read_job(const Json& document, const std::string& path) {
    queue::NewJob job;
    std::int64_t delay_s = 0;
    std::optional<std::int64_t> no_limit;
    std::int64_t max_tries = 0;
    std::int64_t timeout_s = 0;
    return check_members(document, path)
        .and_then([&] { return read_member(document, "kind", path, job.kind); })
        .and_then([&] { return read_member(document, "args", path, job.args); })
        .and_then([&] { return read_member(document, "queue", path, job.queue); })
        .and_then([&] { return read_member(document, "priority", path, job.priority); })
        .and_then([&] { return read_member(document, "delay_s", path, delay_s); })
        .and_then([&] { return read_member(document, "max_tries", path, max_tries); })
        .and_then([&] { return read_member(document, "timeout_s", path, timeout_s); })
        .and_then([&] { return read_member(document, "backoff_s", path, job.backoff_s); })
        .and_then([&] { return read_member(document, "tags", path, job.tags); })
        .map([&] {
            job.delay = std::chrono::seconds(delay_s);
            job.max_tries = max_tries > 0 ? std::optional(max_tries) : no_limit;
            job.timeout_s = timeout_s > 0 ? std::optional(timeout_s) : no_limit;
            return job;
        });
}

void print(Context& context, const Json& workflow) {
    context.output().result(workflow, workflow_view(workflow));
}

Json find(TenantSession& tenant, const std::string& id) {
    return value_or_throw(queue::show_workflow(*tenant.connection(), own(), id));
}

int create(Context& context, const WorkflowOption& option) {
    TenantSession tenant(context, option.org);
    const Json document = value_or_throw(read_document(option.file));
    const auto read_known = [&](const Json& step, const std::string& path) {
        return read_job(step, path).and_then([&](queue::NewJob job) -> Result<queue::NewJob> {
            auto known = check_job_kind(context.config(), job.kind).and_then([&] {
                return check_job_args(*tenant.connection(), job.kind, job.args);
            });
            if (!known) {
                known.error().field = path + known.error().field;
                return tl::unexpected(std::move(known.error()));
            }
            return job;
        });
    };
    const auto workflow = value_or_throw(queue::read_workflow(document, read_known));
    const queue::EnqueueLimits limits{context.config().queue.payload_kib_max * 1024};
    const std::string id = tenant.enqueueing([&](mysql::Transaction& transaction) {
        return queue::create_workflow(transaction, own(), workflow, limits);
    });
    print(context, find(tenant, id));
    return 0;
}

int list(Context& context, const WorkflowOption& option) {
    TenantSession tenant(context, option.org);
    const auto workflows = queue::list_workflows(*tenant.connection(), own(), option.limit);
    Table table{{"ID", "NAME", "STATE", "STEPS", "COMPLETED", "FAILED", "CREATED"}, {}};
    for (const Json& workflow : workflows) {
        table.rows.push_back(
            {workflow.at("id"),
             workflow.at("name"),
             workflow.at("state"),
             to_text(workflow.at("total")),
             to_text(workflow.at("completed")),
             to_text(workflow.at("failed")),
             workflow.at("created_at")}
        );
    }
    context.output().result(Json(workflows), table);
    return 0;
}

int show(Context& context, const WorkflowOption& option) {
    TenantSession tenant(context, option.org);
    print(context, find(tenant, option.id));
    return 0;
}

int cancel(Context& context, const WorkflowOption& option) {
    TenantSession tenant(context, option.org);
    value_or_throw(queue::cancel_workflow(tenant.pool(), Context::long_deadline(), own(), option.id)
    );
    print(context, find(tenant, option.id));
    return 0;
}

int retry(Context& context, const WorkflowOption& option) {
    TenantSession tenant(context, option.org);
    const std::size_t retried = value_or_throw(
        queue::retry_workflow(tenant.pool(), Context::long_deadline(), own(), option.id)
    );
    tenant.ring();
    context.output().remark(std::to_string(retried) + " steps have another chance");
    print(context, find(tenant, option.id));
    return 0;
}

} // namespace

void add_workflow(CLI::App& root, Commands& commands) {
    CLI::App& noun = *root.add_subcommand("workflow", "Jobs that begin when others have ended");
    noun.require_subcommand(1);

    struct Verb {
        const char* name;
        const char* description;
        int (*does)(Context&, const WorkflowOption&);
    };

    for (const Verb& verb :
         {Verb{"create", "Make one from a JSON file", create},
          Verb{"list", "The newest ones", list},
          Verb{"show", "Its steps and how far they are", show},
          Verb{"cancel", "Its waiting steps never begin", cancel},
          Verb{"retry", "Give failed and cancelled steps another chance", retry}}) {
        auto option = std::make_shared<WorkflowOption>();
        CLI::App& command = *noun.add_subcommand(verb.name, verb.description);
        command.add_option("ORG", option->org)->required();
        if (verb.does == create) {
            command.add_option("FILE", option->file, "- for standard input")->required();
        } else if (verb.does == list) {
            command.add_option("--limit", option->limit);
        } else {
            command.add_option("ID", option->id)->required();
        }
        commands.on(command, [option, does = verb.does](Context& context) {
            return does(context, *option);
        });
    }
}

} // namespace bgerp::cli
