// Records of jobs that are new, or became another: the only writes to job_run that bring texts.

#include "tenant_db/queue/in_list.hpp"
#include "tenant_db/queue/run_record.hpp"

#include <algorithm>

namespace bgerp::queue {

namespace {

// A statement's endings together, as for the rows of jobs (job_rows.cpp).
constexpr std::size_t statement_bytes_max = 4UL * 1024 * 1024;

// What a job's columns of text hold; empty: NULL. Outlives the parameters that point into it.
struct RunTexts {
    explicit RunTexts(const NewJob& job)
        : tags_text(job.tags.empty() ? std::string() : to_text(Json(job.tags)))
        , meta_text(job.meta.is_null() ? std::string() : to_text(job.meta)) {}

    [[nodiscard]] mysql::Param tags() const { return param_of(tags_text); }

    [[nodiscard]] mysql::Param meta() const { return param_of(meta_text); }

    static mysql::Param param_of(const std::string& text) {
        return text.empty() ? mysql::Param(nullptr) : mysql::Param(text);
    }

    std::string tags_text;
    std::string meta_text;
};

std::size_t runs_that_fit(const std::vector<NewRun>& runs, std::size_t from) {
    std::size_t bytes = 0;
    std::size_t count = 0;
    while (from + count < runs.size() && count < in_list_max) {
        bytes += runs[from + count].ending.size();
        if (count > 0 && bytes > statement_bytes_max) {
            break;
        }
        ++count;
    }
    return rows_per_statement(count);
}

} // namespace

void insert_runs(
    mysql::Session& session, const QueueSchema& schema, const std::vector<NewRun>& runs
) {
    // Most jobs have no ending: a value more would cost each of them.
    const bool with_ending = std::any_of(runs.begin(), runs.end(), [](const NewRun& run) {
        return !run.ending.empty();
    });
    const std::string insert =
        "INSERT INTO " + schema("job_run") +
        " (uuid, kind, queue, priority, state, job_id, batch_id, tags, meta, created_at,"
        " available_at" +
        (with_ending ? ", ending" : "") + ") VALUES ";
    const std::string tuple =
        std::string("(?,?,?,?,?,?,?,?,?,UNIX_TIMESTAMP(),UNIX_TIMESTAMP()+?") +
        (with_ending ? ",?)" : ")");
    for (std::size_t from = 0; from < runs.size();) {
        const std::size_t rows = runs_that_fit(runs, from);
        std::vector<RunTexts> texts;
        texts.reserve(rows);
        mysql::Params params;
        for (std::size_t i = 0; i < rows; ++i) {
            const NewRun& run = runs[from + i];
            texts.emplace_back(*run.job);
            params.insert(
                params.end(),
                {run.uuid,
                 run.job->kind,
                 run.job->queue,
                 run.job->priority,
                 run.delay_s > 0 ? "scheduled" : "available",
                 run.job_id,
                 run.job->batch_id.empty() ? mysql::Param(nullptr) : run.job->batch_id,
                 texts[i].tags(),
                 texts[i].meta(),
                 run.delay_s}
            );
            if (with_ending) {
                params.push_back(RunTexts::param_of(run.ending));
            }
        }
        session.execute(insert + repeated(tuple, rows), params);
        from += rows;
    }
}

void run_replaced(mysql::Session& session, const QueueSchema& schema, const NewRun& run) {
    const RunTexts texts(*run.job);
    session.execute(
        "UPDATE " + schema("job_run") +
            " FORCE INDEX (PRIMARY) SET queue = ?, priority = ?, state = ?, attempts = 0,"
            " job_id = ?, progress = 0, progress_message = '', cancel_requested = 0, tags = ?,"
            " meta = ?, ending = ?,"
            " available_at = UNIX_TIMESTAMP() + ? WHERE uuid = ?",
        {run.job->queue,
         run.job->priority,
         run.delay_s > 0 ? "scheduled" : "available",
         run.job_id,
         texts.tags(),
         texts.meta(),
         RunTexts::param_of(run.ending),
         run.delay_s,
         run.uuid}
    );
}

} // namespace bgerp::queue
