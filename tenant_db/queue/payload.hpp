// Laravel's payload envelope (`jobs.payload`): read leniently, since other systems write it too,
// and written so that Laravel reads it. Pure code.
#pragma once

#include "base/error.hpp"
#include "tenant_db/queue/job.hpp"

#include <string>
#include <string_view>

namespace bgerp::queue {

/// The key that a job holds, so that its end knows what to free.
struct UniqueHold {
    std::string key; // hexadecimal
    UniqueRule::Until until = UniqueRule::Until::done;
    std::int64_t period_s = 0;
};

struct Envelope {
    std::string uuid; // may be empty in rows that others pushed
    std::string kind; // "job"
    std::string display_name;
    Json args = Json::object();
    std::optional<std::int64_t> max_tries;
    std::optional<std::int64_t> max_exceptions;
    std::vector<std::int64_t> backoff_s;
    std::optional<std::int64_t> timeout_s;
    std::optional<std::int64_t> retry_until;
    std::vector<std::string> fail_on; // codes of errors after which no other try is made
    std::vector<std::string> tags;
    std::string batch_id;
    Json meta;
    std::optional<UniqueHold> unique;
    Json chain;       // the later links, as job_to_json writes them; null: none
    Json chain_catch; // likewise; null: none
    Json previous;    // what the link before this one left
    std::string previous_uuid;
    bool encrypted = false; // args are sealed
    std::string limit_key;
    std::optional<StepRef> workflow_step;
    std::int64_t exceptions = 0; // how often the handler failed by itself so far
};

/// invalid_argument when the text isn't JSON, isn't an object, nests too deep or has no "job", or
/// one of more than 1,020 bytes. Numbers given as text ("3") and backoff as number, list or
/// "1,5,10" are understood.
[[nodiscard]] Result<Envelope> parse_envelope(std::string_view payload);

/// The JSON text of a new job's envelope.
[[nodiscard]] std::string compose_envelope(const NewJob& job, const std::string& uuid);

/// `payload` with its count of exceptions set; everything else, known or not, is kept.
[[nodiscard]] std::string with_exceptions(const std::string& payload, std::int64_t exceptions);

/// `payload` as that of a job in no batch; unchanged when it can't be read.
[[nodiscard]] std::string without_batch(const std::string& payload);

/// `payload` as that of a job whose chain has nobody to tell of its failure; unchanged when it
/// can't be read.
[[nodiscard]] std::string without_catch(const std::string& payload);
/// `payload` as that of a job in no workflow; unchanged when it can't be read.
[[nodiscard]] std::string without_workflow(const std::string& payload);

/// The uuid of an envelope, or an empty text when it has none that is one. Quick for envelopes that
/// begin with it, as ours and Laravel's do.
[[nodiscard]] std::string envelope_uuid(std::string_view payload);

/// Seconds to wait before attempt `attempts + 1`: the list's entry (the last one repeats), from 0
/// to a year whatever it says, or without a list 2^attempts seconds up to an hour, times a factor
/// 0.75–1.25 from `random01`.
[[nodiscard]] std::int64_t
backoff_for(const std::vector<std::int64_t>& backoff_s, std::int64_t attempts, double random01);

} // namespace bgerp::queue
