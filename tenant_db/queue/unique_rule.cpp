#include "tenant_db/queue/unique_rule.hpp"

#include "base/crypto.hpp"
#include "base/utf8.hpp"
#include "tenant_db/queue/run_record.hpp"

namespace bgerp::queue {

namespace {

constexpr std::size_t key_characters_max = 255;

} // namespace

std::string unique_key(const NewJob& job) {
    const UniqueRule& rule = *job.unique;
    // Parts can't run into each other: each has its length before it.
    std::string text;
    const auto add = [&](const std::string& part) {
        text += std::to_string(part.size()) + ":" + part;
    };
    add(job.kind);
    if (!rule.key.empty()) {
        add("key");
        add(rule.key);
        return sha256_hex(text);
    }
    if (rule.by_args) {
        add("args");
        add(to_text(job.args)); // an object's members are in the order of their names
    }
    if (rule.by_queue) {
        add("queue");
        add(job.queue);
    }
    return sha256_hex(text);
}

Result<void> check_unique(const NewJob& job) {
    if (!job.unique) {
        return {};
    }
    const UniqueRule& rule = *job.unique;
    if (utf8_error_at(rule.key) || utf8_length(rule.key) > key_characters_max) {
        return fail(
            ErrorCode::invalid_argument,
            "a unique key is a text of at most 255 characters",
            "unique.key"
        );
    }
    const bool timed = rule.until == UniqueRule::Until::period;
    if (timed != (rule.period_s > 0) || rule.period_s > delay_s_max) {
        return fail(
            ErrorCode::invalid_argument,
            "a period is between a second and ten years",
            "unique.period_s"
        );
    }
    if (!job.tracked) {
        return fail(ErrorCode::invalid_argument, "a unique job is a tracked one", "tracked");
    }
    if (rule.on_conflict == UniqueRule::OnConflict::replace && !job.batch_id.empty()) {
        return fail(
            ErrorCode::invalid_argument,
            "a member of a batch can't replace another job",
            "unique.on_conflict"
        );
    }
    return {};
}

const char* until_name(UniqueRule::Until until) {
    switch (until) {
    case UniqueRule::Until::start:
        return "start";
    case UniqueRule::Until::period:
        return "period";
    case UniqueRule::Until::done:
        break;
    }
    return "done";
}

} // namespace bgerp::queue
