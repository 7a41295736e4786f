#include "tenant_db/queue/sealed_args.hpp"

#include "base/crypto.hpp"
#include "tenant_db/queue/payload.hpp"

namespace bgerp::queue {

namespace {

constexpr const char* member = "sealed";

// Sealed args can't be moved to a job of another kind.
std::string context_of(const std::string& kind) {
    return "job args of " + kind;
}

void seal_one(NewJob& job, const std::string& key_hex) {
    if (!job.encrypted) {
        return;
    }
    const std::string text = to_text(job.args);
    if (job.unique && job.unique->key.empty() && job.unique->by_args) {
        // A plain hash would tell whoever guesses the arguments that the guess is right.
        const std::string queue = job.unique->by_queue ? job.queue + "\n" : "";
        job.unique->key = hmac_sha256_hex(key_hex, queue + text);
    }
    job.args = Json{{member, seal_text(key_hex, text, context_of(job.kind))}};
}

} // namespace

bool is_sealed(const Json& args) {
    return args.is_object() && args.size() == 1 && args.contains(member) &&
           args[member].is_string();
}

void seal_args(NewJob& job, const std::string& key_hex) {
    seal_one(job, key_hex);
    for (NewJob& link : job.chain) {
        seal_one(link, key_hex);
    }
    for (NewJob& told : job.chain_catch) {
        seal_one(told, key_hex);
    }
}

Result<void> open_args(Envelope& envelope, const std::string& key_hex) {
    if (!envelope.encrypted) {
        return {};
    }
    constexpr const char* refusal = "the job's arguments can't be opened with this platform's key";
    if (key_hex.empty() || !is_sealed(envelope.args)) {
        return fail(ErrorCode::forbidden, refusal, "args");
    }
    const auto text = open_text(
        key_hex,
        envelope.args[member].get_ref<const std::string&>(),
        context_of(envelope.kind)
    );
    if (!text) {
        return fail(ErrorCode::forbidden, refusal, "args");
    }
    Result<Json> args = parse_json(*text);
    if (!args) {
        return tl::unexpected(args.error());
    }
    envelope.args = std::move(*args);
    return {};
}

} // namespace bgerp::queue
