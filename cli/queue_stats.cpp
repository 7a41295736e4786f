#include "cli/queue_stats.hpp"

#include "cli/duration.hpp"
#include "cli/tenant_session.hpp"
#include "tenant_db/queue/inspect.hpp"
#include "tenant_db/queue/job_stats.hpp"

#include <algorithm>
#include <iomanip>
#include <map>
#include <sstream>

namespace bgerp::cli {

namespace {

using queue::JobCounts;
using queue::QueueSchema;

constexpr std::chrono::minutes recent{5};

struct StatsOptions {
    std::string org;
    std::string last;
    std::string by;
    std::string queue;
};

std::string with_digits(double value, int digits) {
    std::ostringstream text;
    text << std::fixed << std::setprecision(digits) << value;
    return text.str();
}

// Three digits are enough to see whether it is long.
std::string time_text(double us) {
    constexpr double ms = 1000;
    constexpr double second = 1000 * ms;
    constexpr double minute = 60 * second;
    if (us < second) {
        return with_digits(us / ms, us < 10 * ms ? 1 : 0) + " ms";
    }
    return us < minute ? with_digits(us / second, 1) + " s" : with_digits(us / minute, 1) + " min";
}

std::string percentiles(const queue::TimeHistogram& times) {
    std::string text;
    for (const double share : {0.5, 0.95, 0.99}) {
        text += (text.empty() ? "" : " / ") + time_text(times.percentile_us(share));
    }
    return times.count() == 0 ? "-" : text;
}

std::string percent(double share) {
    constexpr double hundred = 100;
    return with_digits(share * hundred, 1) + " %";
}

std::string per_minute(const JobCounts& counts, std::chrono::seconds covered) {
    constexpr double minute_s = 60;
    return with_digits(
        static_cast<double>(counts.started) * minute_s / static_cast<double>(covered.count()),
        1
    );
}

// Organizations to look at: the one that is named, or all.
std::vector<std::string> orgs(Context& context, const StatsOptions& options) {
    if (!options.org.empty()) {
        return {options.org};
    }
    std::vector<std::string> codes;
    for (const Tenant& tenant : *context.directory().active(Context::short_deadline())) {
        codes.push_back(tenant.code.str());
    }
    return codes;
}

void add_now(
    Context& context,
    const StatsOptions& options,
    const std::string& org,
    Json& document,
    Table& table
) {
    TenantSession tenant(context, org);
    const auto connection = tenant.connection();
    const auto sums = queue::read_stats(*connection, QueueSchema::current(), {recent, false, ""});
    std::map<std::string, JobCounts> lately;
    for (const queue::JobStat& stat : sums.stats) {
        lately[stat.queue] = stat.counts;
    }
    for (const auto& stats : queue::queue_stats(*connection, QueueSchema::current())) {
        if (!options.queue.empty() && stats.queue != options.queue) {
            continue;
        }
        const JobCounts& counts = lately[stats.queue];
        Json shown = queue::stats_to_json(stats);
        shown["org"] = org;
        shown["recent"] = queue::counts_to_json(counts, sums.covered);
        document.push_back(std::move(shown));
        table.rows.push_back(
            {org,
             stats.queue,
             std::to_string(stats.available),
             std::to_string(stats.scheduled),
             std::to_string(stats.running),
             std::to_string(stats.blocked),
             std::to_string(stats.oldest_wait_s) + " s",
             per_minute(counts, sums.covered),
             percent(counts.failure_rate())}
        );
    }
}

void add_history(
    Context& context,
    const StatsOptions& options,
    std::chrono::minutes last,
    const std::string& org,
    Json& document,
    Table& table
) {
    TenantSession tenant(context, org);
    const bool by_kind = options.by == "kind";
    const auto sums = queue::read_stats(
        *tenant.connection(),
        QueueSchema::current(),
        {last, by_kind, options.queue}
    );
    for (const queue::JobStat& stat : sums.stats) {
        Json row{{"org", org}, {"queue", stat.queue}};
        if (by_kind) {
            row["kind"] = stat.kind;
        }
        const JobCounts& counts = stat.counts;
        row.update(queue::counts_to_json(counts, sums.covered));
        document.push_back(std::move(row));
        table.rows.push_back(
            {org,
             stat.queue,
             by_kind ? stat.kind : "*",
             per_minute(counts, sums.covered),
             std::to_string(counts.completed),
             std::to_string(counts.failed),
             std::to_string(counts.retried),
             percent(counts.failure_rate()),
             percentiles(counts.wait),
             percentiles(counts.run)}
        );
    }
}

// Whole minutes, at least one.
std::chrono::minutes minutes_of(const std::string& last) {
    const auto seconds = value_or_throw(parse_duration(last, "--last"));
    return std::max(std::chrono::ceil<std::chrono::minutes>(seconds), std::chrono::minutes(1));
}

int stats(Context& context, const StatsOptions& options) {
    Json document = Json::array();
    Table table;
    if (options.last.empty() && options.by.empty()) {
        table.headings = {
            "ORG",
            "QUEUE",
            "AVAILABLE",
            "SCHEDULED",
            "RUNNING",
            "BLOCKED",
            "OLDEST",
            "PER MIN",
            "FAILED"};
        for (const std::string& org : orgs(context, options)) {
            add_now(context, options, org, document, table);
        }
    } else {
        const auto last = minutes_of(options.last.empty() ? "1h" : options.last);
        table.headings = {
            "ORG",
            "QUEUE",
            "KIND",
            "PER MIN",
            "COMPLETED",
            "FAILED",
            "RETRIED",
            "FAILURES",
            "WAIT P50 / P95 / P99",
            "RUN P50 / P95 / P99"};
        for (const std::string& org : orgs(context, options)) {
            add_history(context, options, last, org, document, table);
        }
    }
    context.output().result(document, table);
    return 0;
}

} // namespace

void add_queue_stats(CLI::App& queue, Commands& commands) {
    auto options = std::make_shared<StatsOptions>();
    CLI::App& command = *queue.add_subcommand("stats", "What waits and runs, and what was done");
    command.add_option("ORG", options->org, "All organizations if not given");
    command.add_option("--last", options->last, "What was done, such as 15m, 1h or 24h");
    command.add_option("--by", options->by, "kind: each kind of job apart")
        ->check(CLI::IsMember({"queue", "kind"}));
    command.add_option("--queue", options->queue, "One queue alone");
    commands.on(command, [options](Context& context) { return stats(context, *options); });
}

} // namespace bgerp::cli
