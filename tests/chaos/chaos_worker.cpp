// The worker with kinds that misbehave, for the chaos tests: it aborts, hangs, hogs memory, holds
// its transaction open. All that had an effect is written to the table `ledger` of the tenant's
// database, in the transaction that ends the job unless the kind says otherwise: a job that ran
// twice shows as two rows, a lost one as none. Everything but the kinds is bgerp-worker itself.
#include "base/stop_signal.hpp"
#include "tenant_db/queue/batch.hpp"
#include "worker/job_context.hpp"
#include "worker/program.hpp"

#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <unistd.h>

namespace bgerp::worker {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds look_interval{5};

class FunctionHandler final : public Handler {
public:
    using Function = Result<Json> (*)(JobContext&);

    explicit FunctionHandler(Function function)
        : function_(function) {}

    Result<Json> run(JobContext& context) override { return function_(context); }

private:
    Function function_;
};

std::string text_arg(const JobContext& context, const char* name) {
    return context.args().value(name, std::string());
}

std::int64_t number_arg(const JobContext& context, const char* name) {
    return context.args().value(name, std::int64_t{0});
}

/// Waits `ms`, or until the file `until` is there. False when it was asked to stop, unless `deaf`.
bool linger(const JobContext& context) {
    const StopSignal never;
    const std::string until = text_arg(context, "until");
    const bool deaf = context.args().value("deaf", false);
    const Deadline deadline = Deadline::after(std::chrono::milliseconds(number_arg(context, "ms")));
    while (until.empty() ? !deadline.passed() : !fs::exists(until)) {
        if (!deaf && context.stop_requested()) {
            return false;
        }
        never.wait_for(look_interval);
    }
    return true;
}

/// True for the first process that asks for this file.
bool first_time(const std::string& file) {
    const int fd = ::open(file.c_str(), O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        return false;
    }
    ::close(fd);
    return true;
}

void book(mysql::Transaction& transaction, const std::string& what, const JobContext& context) {
    transaction.execute(
        "INSERT INTO ledger (what, attempt) VALUES (?, ?)",
        {what, context.attempt()}
    );
}

/// Books and does `more` in the transaction that ends the job.
template <class More>
Result<Json> book_and(JobContext& context, More more) {
    const Result<void> done = mysql::with_transaction(
        context.pool(),
        context.deadline(),
        [&](mysql::Transaction& transaction) -> Result<void> {
            book(transaction, text_arg(context, "what"), context);
            Result<void> also = more(transaction);
            return also ? context.complete(transaction, Json()) : also;
        }
    );
    return done ? Result<Json>(Json()) : Result<Json>(tl::unexpected<Error>(done.error()));
}

Result<void> nothing_more(mysql::Transaction& /*transaction*/) {
    return {};
}

Result<Json> run_ledger(JobContext& context) {
    if (!linger(context)) {
        return fail(ErrorCode::cancelled, "stopped");
    }
    return book_and(context, nothing_more);
}

/// With the job's row and its effect written, and the COMMIT still to come.
Result<Json> run_hold(JobContext& context) {
    const Result<void> done = mysql::with_transaction(
        context.pool(),
        context.deadline(),
        [&](mysql::Transaction& transaction) -> Result<void> {
            book(transaction, text_arg(context, "what"), context);
            Result<void> ended = context.complete(transaction, Json());
            if (ended && first_time(text_arg(context, "mark"))) {
                linger(context);
            }
            return ended;
        }
    );
    return done ? Result<Json>(Json()) : Result<Json>(tl::unexpected<Error>(done.error()));
}

/// At least once: its effect commits by itself.
Result<Json> run_plain(JobContext& context) {
    mysql::with_transaction(context.pool(), context.deadline(), [&](mysql::Transaction& t) {
        book(t, text_arg(context, "what"), context);
    });
    return Json("booked");
}

Result<Json> run_abort(JobContext& context) {
    const std::string mark = text_arg(context, "mark");
    if (mark.empty() || first_time(mark)) {
        std::abort();
    }
    return book_and(context, nothing_more);
}

/// Never comes back, whatever it is told.
Result<Json> run_loop(JobContext& /*context*/) {
    const StopSignal never;
    for (;;) {
        never.wait_for(std::chrono::hours(1));
    }
}

Result<Json> run_hog(JobContext& context) {
    static std::vector<std::string> kept; // one such job at a time
    kept.emplace_back(static_cast<std::size_t>(number_arg(context, "mib")) << 20U, 'x');
    return book_and(context, nothing_more);
}

queue::NewJob child(const JobContext& context, const std::string& suffix, const char* kind) {
    queue::NewJob job;
    job.kind = kind;
    job.args = {{"what", text_arg(context, "what") + suffix}};
    job.queue = context.args().value("queue", std::string("default"));
    job.backoff_s = {0};
    return job;
}

Result<Json> run_parent(JobContext& context) {
    return book_and(context, [&](mysql::Transaction& transaction) -> Result<void> {
        auto made = queue::enqueue_many(
            transaction,
            queue::QueueSchema::current(),
            {child(context, ":a", "ledger"), child(context, ":b", "ledger")}
        );
        return made ? Result<void>() : Result<void>(tl::unexpected<Error>(made.error()));
    });
}

/// A batch of three; the member of kind `last` decides how it ends.
Result<Json> run_batch(JobContext& context) {
    queue::NewBatch batch;
    batch.allow_failures = true;
    const std::string last = context.args().value("last", std::string("ledger"));
    batch.jobs = {
        child(context, ":1", "ledger"),
        child(context, ":2", "ledger"),
        child(context, ":3", last.c_str())};
    batch.then_job = child(context, ":then", "ledger");
    batch.catch_job = child(context, ":catch", "ledger");
    batch.finally_job = child(context, ":finally", "ledger");
    return book_and(context, [&](mysql::Transaction& transaction) -> Result<void> {
        auto made = queue::create_batch(transaction, queue::QueueSchema::current(), batch);
        return made ? Result<void>() : Result<void>(tl::unexpected<Error>(made.error()));
    });
}

Result<Json> run_refuse(JobContext& /*context*/) {
    return fail(ErrorCode::invalid_argument, "refused");
}

Result<Json> run_second_try(JobContext& context) {
    if (context.attempt() == 1) {
        return fail(ErrorCode::internal, "not yet");
    }
    return book_and(context, nothing_more);
}

void add_kinds(HandlerRegistry& registry) {
    const auto add = [&](const char* kind, FunctionHandler::Function run) {
        registry.add(kind, std::make_unique<FunctionHandler>(run), {});
    };
    add("ledger", run_ledger);
    add("hold", run_hold);
    add("plain", run_plain);
    add("abort", run_abort);
    add("loop", run_loop);
    add("hog", run_hog);
    add("parent", run_parent);
    add("batch", run_batch);
    add("refuse", run_refuse);
    add("second_try", run_second_try);
}

} // namespace
} // namespace bgerp::worker

int main(int argc, char** argv) {
    return bgerp::worker::run_program(argc, argv, bgerp::worker::add_kinds);
}
