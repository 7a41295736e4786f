#include "tenant_db/queue/unique_push.hpp"

#include "tenant_db/queue/job_ending.hpp"
#include "tenant_db/queue/payload.hpp"
#include "tenant_db/queue/run_record.hpp"
#include "tenant_db/queue/unique_keys.hpp"
#include "tenant_db/queue/unique_rule.hpp"
#include "tenant_db/queue/waiting_job.hpp"

#include <algorithm>

namespace bgerp::queue {

namespace {

using How = Pushed::How;

struct Wish {
    std::size_t index = 0; // of the job
    KeyClaim claim;
};

// In the order of their keys, so that two who push the same ones wait for each other in one order.
std::vector<Wish>
wishes_of(const std::vector<NewJob>& jobs, const std::vector<JobRow>& rows, bool that_replace) {
    std::vector<Wish> wishes;
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        const auto& rule = jobs[i].unique;
        if (rule && (rule->on_conflict == UniqueRule::OnConflict::replace) == that_replace) {
            wishes.push_back({i, {unique_key(jobs[i]), rows[i].uuid, rule->period_s}});
        }
    }
    std::stable_sort(wishes.begin(), wishes.end(), [](const Wish& a, const Wish& b) {
        return a.claim.key < b.claim.key;
    });
    return wishes;
}

tl::unexpected<Error> taken() {
    return fail(ErrorCode::conflict, "a job with this unique key exists", "unique");
}

// What many wishes met: who holds each one's key after all that were free are claimed.
class Met {
public:
    Met(mysql::Transaction& transaction, const QueueSchema& schema, const std::vector<Wish>& wishes)
        : transaction_(transaction)
        , schema_(schema)
        , wishes_(wishes) {
        std::vector<KeyClaim> claims;
        std::vector<std::string> keys;
        for (const Wish& wish : wishes) {
            claims.push_back(wish.claim);
            keys.push_back(wish.claim.key);
            own_.insert(wish.claim.uuid);
        }
        claim_free_keys(transaction, schema, claims);
        holders_ = key_holders(transaction, schema, keys);
        find_alive();
    }

    /// The uuid of the job that has the n-th wish's key now: the wish's own, or another's.
    std::string settle(std::size_t n) {
        const Wish& wish = wishes_[n];
        const bool again = n > 0 && wishes_[n - 1].claim.key == wish.claim.key;
        const KeyHolder& holder = holders_[n].value();
        if (again) {
            return settled_; // as the same key before it
        }
        settled_ = holder.uuid;
        const bool stands =
            own_.contains(holder.uuid) || holder.timed || alive_.contains(holder.uuid);
        if (!stands) {
            take_over_key(transaction_, schema_, wish.claim);
            settled_ = wish.claim.uuid;
        }
        return settled_;
    }

private:
    // Of the others' jobs that hold a key until they end: one whose row somebody deleted is none.
    void find_alive() {
        std::vector<std::string> others;
        for (const auto& holder : holders_) {
            if (!own_.contains(holder.value().uuid) && !holder->timed) {
                others.push_back(holder->uuid);
            }
        }
        alive_ = jobs_alive(transaction_, schema_, others);
    }

    mysql::Transaction& transaction_;
    const QueueSchema& schema_;
    const std::vector<Wish>& wishes_;
    std::unordered_set<std::string> own_;
    std::unordered_set<std::string> alive_;
    std::vector<std::optional<KeyHolder>> holders_;
    std::string settled_;
};

Result<void> push_once(
    mysql::Transaction& transaction,
    const QueueSchema& schema,
    const std::vector<NewJob>& jobs,
    const std::vector<Wish>& wishes,
    std::vector<Pushed>& pushed
) {
    Met met(transaction, schema, wishes);
    for (std::size_t n = 0; n < wishes.size(); ++n) {
        const Wish& wish = wishes[n];
        const std::string uuid = met.settle(n);
        if (uuid == wish.claim.uuid) {
            continue;
        }
        if (jobs[wish.index].unique->on_conflict == UniqueRule::OnConflict::refuse) {
            return taken();
        }
        pushed[wish.index] = {uuid, How::existing};
    }
    return {};
}

// The waiting job keeps its uuid, its age and what it belongs to; all else is the new one's.
JobRow row_in_place(const NewJob& job, const JobRow& row, const FoundJob& found) {
    NewJob next = job;
    if (const Result<Envelope> old = parse_envelope(found.payload)) {
        next.batch_id = old->batch_id;
    }
    JobRow placed = row;
    placed.uuid = found.uuid;
    placed.payload = compose_envelope(next, found.uuid);
    placed.flags = row.flags | found.flags;
    placed.created_at = found.created_at;
    return placed;
}

void put_in_place(
    mysql::Transaction& transaction,
    const QueueSchema& schema,
    const NewJob& job,
    const JobRow& row,
    const FoundJob& found,
    const KeyHolder& holder,
    const KeyClaim& claim
) {
    std::vector<JobRow> rows{row_in_place(job, row, found)};
    if (!holder.follows.empty()) {
        rows.front().delay_s = follow_wait_s;
    }
    delete_waiting(transaction, schema, found);
    insert_job_rows(transaction, schema, rows);
    const JobRow& placed = rows.front();
    run_replaced(
        transaction,
        schema,
        {&job, found.uuid, placed.id, placed.delay_s, ending_of(placed.flags, placed.payload)}
    );
    take_over_key(
        transaction,
        schema,
        {claim.key, found.uuid, claim.period_s},
        holder.follows,
        row.delay_s
    );
}

// Uuids of this call's jobs, which are not recorded yet.
using OwnJobs = std::unordered_set<std::string>;

// One look at the key and at the job that holds it, whose row is locked before the key's; nothing
// when either changed meanwhile.
Result<std::optional<Pushed>> replace_once(
    mysql::Transaction& transaction,
    const QueueSchema& schema,
    const NewJob& job,
    JobRow& row,
    const KeyClaim& claim,
    const OwnJobs& own
) {
    const auto seen = key_holders(transaction, schema, {claim.key}).front();
    if (!seen) {
        return claim_free_key(transaction, schema, claim)
                   ? std::optional(Pushed{claim.uuid, How::added})
                   : std::nullopt;
    }
    if (own.contains(seen->uuid)) {
        return Pushed{seen->uuid, How::existing};
    }
    const FoundJob found = lock_job(transaction, schema, seen->uuid);
    const auto holder = key_holders(transaction, schema, {claim.key}, true).front();
    if (!holder || holder->uuid != seen->uuid || found.is == FoundJob::Is::moved) {
        return std::nullopt;
    }
    if (found.is == FoundJob::Is::running && !holder->expired) {
        take_over_key(transaction, schema, claim, found.uuid, row.delay_s);
        row.delay_s = follow_wait_s;
        return Pushed{claim.uuid, How::follows};
    }
    if (found.is == FoundJob::Is::waiting && !holder->expired) {
        constexpr std::int64_t understood = flag_tracked | flag_batch | flag_unique;
        if ((found.flags & ~understood) != 0) {
            return fail(
                ErrorCode::conflict,
                "the waiting job is part of a chain or a workflow and can't be replaced",
                "unique"
            );
        }
        put_in_place(transaction, schema, job, row, found, *holder, claim);
        return Pushed{found.uuid, How::replaced};
    }
    if (holder->timed && !holder->expired) {
        return Pushed{holder->uuid, How::existing}; // it ended, its period didn't
    }
    take_over_key(transaction, schema, claim);
    return Pushed{claim.uuid, How::added};
}

Result<Pushed> replace(
    mysql::Transaction& transaction,
    const QueueSchema& schema,
    const NewJob& job,
    JobRow& row,
    const KeyClaim& claim,
    const OwnJobs& own
) {
    for (int look = 0; look < looks_max; ++look) {
        Result<std::optional<Pushed>> pushed =
            replace_once(transaction, schema, job, row, claim, own);
        if (!pushed) {
            return tl::unexpected(pushed.error());
        }
        if (*pushed) {
            return std::move(**pushed);
        }
    }
    // Still not where its record says: somebody deleted the row and left the record.
    const auto holder = key_holders(transaction, schema, {claim.key}, true).front();
    if (holder && jobs_alive(transaction, schema, {holder->uuid}).empty()) {
        take_over_key(transaction, schema, claim);
        return Pushed{claim.uuid, How::added};
    }
    return fail(ErrorCode::unavailable, "the job's row can't be found at the moment");
}

// Of several with one key in one call the last counts.
Result<void> replace_all(
    mysql::Transaction& transaction,
    const QueueSchema& schema,
    const std::vector<NewJob>& jobs,
    std::vector<JobRow>& rows,
    std::vector<Pushed>& pushed
) {
    const std::vector<Wish> wishes = wishes_of(jobs, rows, true);
    OwnJobs own;
    for (std::size_t i = 0; i < rows.size() && !wishes.empty(); ++i) {
        own.insert(rows[i].uuid);
    }
    std::size_t first = 0; // of those with the same key
    for (std::size_t n = 0; n < wishes.size(); ++n) {
        const Wish& last = wishes[n];
        if (n + 1 < wishes.size() && wishes[n + 1].claim.key == last.claim.key) {
            continue;
        }
        Result<Pushed> done =
            replace(transaction, schema, jobs[last.index], rows[last.index], last.claim, own);
        if (!done) {
            return tl::unexpected(std::move(done.error()));
        }
        for (; first < n; ++first) {
            pushed[wishes[first].index] = {done->uuid, How::replaced};
        }
        pushed[last.index] = std::move(*done);
        first = n + 1;
    }
    return {};
}

} // namespace

Result<std::vector<Pushed>> claim_keys(
    mysql::Transaction& transaction,
    const QueueSchema& schema,
    const std::vector<NewJob>& jobs,
    std::vector<JobRow>& rows
) {
    std::vector<Pushed> pushed;
    pushed.reserve(rows.size());
    for (const JobRow& row : rows) {
        pushed.push_back({row.uuid, How::added});
    }
    if (const auto wishes = wishes_of(jobs, rows, false); !wishes.empty()) {
        if (auto done = push_once(transaction, schema, jobs, wishes, pushed); !done) {
            return tl::unexpected(std::move(done.error()));
        }
    }
    if (auto done = replace_all(transaction, schema, jobs, rows, pushed); !done) {
        return tl::unexpected(std::move(done.error()));
    }
    return pushed;
}

} // namespace bgerp::queue
