#include "cli/flow_options.hpp"

#include "base/ids.hpp"
#include "cli/duration.hpp"

#include <algorithm>

namespace bgerp::cli {

namespace {

using queue::UniqueRule;

Json object_of(const std::string& text, const char* option) {
    Result<Json> parsed = parse_json(text);
    if (!parsed || !parsed->is_object()) {
        throw Failure(
            Error{ErrorCode::invalid_argument, "must be a JSON object, is " + text, option, {}}
        );
    }
    return std::move(*parsed);
}

// "report.build" or "report.build {"report":"payroll"}"; in the job's own queue.
queue::NewJob link_of(const std::string& text, const char* option, const queue::NewJob& job) {
    const std::size_t brace = std::min(text.find('{'), text.size());
    const std::size_t end = text.find_last_not_of(' ', brace == 0 ? 0 : brace - 1);
    queue::NewJob link;
    link.kind = brace == 0 || end == std::string::npos ? "" : text.substr(0, end + 1);
    if (brace < text.size()) {
        link.args = object_of(text.substr(brace), option);
    }
    link.queue = job.queue;
    link.priority = job.priority;
    link.encrypted = job.encrypted;
    link.uuid = new_uuid();
    return link;
}

} // namespace

void FlowOptions::add_to(CLI::App& command) {
    command
        .add_flag("--unique", unique_, "Only if no job of this kind with these arguments is there");
    command
        .add_option(
            "--unique-by",
            unique_by_,
            "Alike in these: args, queue, kind; args if not given"
        )
        ->delimiter(',')
        ->check(CLI::IsMember({"args", "queue", "kind"}));
    command.add_option("--unique-key", unique_key_, "Alike in this key of your own");
    command.add_option("--unique-until", unique_until_, "start or done; done if not given")
        ->check(CLI::IsMember({"start", "done"}));
    command.add_option("--unique-for", unique_for_, "For that long from now, such as 1h");
    command
        .add_option("--on-conflict", on_conflict_, "existing (show that one), refuse or replace")
        ->check(CLI::IsMember({"existing", "refuse", "replace"}));
    command.add_flag(
        "--replace",
        replace_,
        "Put it in the place of the waiting one; after a running one"
    );
    command
        .add_option("--then", then_, "KIND or 'KIND {…}' to follow when it completed; repeatable");
    command.add_option("--catch", on_failure_, "KIND or 'KIND {…}' when one of them failed");
    command.add_flag("--encrypt", encrypt_, "Keep the arguments sealed in the database");
    command.add_option("--tag", tags_, "A word to find it by; repeatable");
    command.add_option("--meta", meta_, "Anything to keep with it, a JSON object");
}

bool FlowOptions::unique_asked() const {
    return unique_ || replace_ || !unique_key_.empty() || !unique_until_.empty() ||
           !unique_for_.empty() || !unique_by_.empty() || !on_conflict_.empty();
}

UniqueRule FlowOptions::unique_rule() const {
    const auto by = [this](const char* part) {
        return std::find(unique_by_.begin(), unique_by_.end(), part) != unique_by_.end();
    };
    UniqueRule rule;
    rule.key = unique_key_;
    rule.by_args = unique_by_.empty() || by("args");
    rule.by_queue = by("queue");
    if (unique_until_ == "start") {
        rule.until = UniqueRule::Until::start;
    }
    if (!unique_for_.empty()) {
        rule.until = UniqueRule::Until::period;
        rule.period_s = value_or_throw(parse_duration(unique_for_, "--unique-for")).count();
    }
    if (replace_ || on_conflict_ == "replace") {
        rule.on_conflict = UniqueRule::OnConflict::replace;
    } else if (on_conflict_ == "refuse") {
        rule.on_conflict = UniqueRule::OnConflict::refuse;
    }
    return rule;
}

void FlowOptions::apply(queue::NewJob& job) const {
    job.encrypted = encrypt_;
    job.tags = tags_;
    if (!meta_.empty()) {
        job.meta = object_of(meta_, "--meta");
    }
    if (unique_asked()) {
        job.unique = unique_rule();
    }
    for (const std::string& text : then_) {
        job.chain.push_back(link_of(text, "--then", job));
    }
    if (!on_failure_.empty()) {
        job.chain_catch.push_back(link_of(on_failure_, "--catch", job));
    }
}

} // namespace bgerp::cli
