#include "tenant_db/modules/reports/report_store.hpp"

#include "tenant_db/modules/reports/report_catalog.hpp"

namespace bgerp::reports {

namespace {

constexpr const char* insert_file_sql =
    "INSERT INTO report_file (id, report, parameters, format, state, path, row_count, bytes, "
    "job_uuid, finished_at) VALUES (?, ?, ?, ?, 'completed', ?, ?, ?, ?, UTC_TIMESTAMP(6))";

// By the primary key.
constexpr const char* find_file_sql =
    "SELECT id, report, CAST(parameters AS CHAR), format, path, row_count, bytes "
    "FROM report_file WHERE id = ? AND state = 'completed'";

// Backwards along the index report_file_created.
constexpr const char* list_files_sql =
    "SELECT id, report, CAST(parameters AS CHAR), format, row_count, bytes, "
    "DATE_FORMAT(created_at, '%Y-%m-%dT%H:%i:%sZ') FROM report_file "
    "ORDER BY created_at DESC LIMIT ?";

constexpr const char* save_sql =
    "INSERT INTO saved_report (name, report, parameters, format, created_by) VALUES (?, ?, ?, ?, "
    "?) ON DUPLICATE KEY UPDATE report = VALUES(report), parameters = VALUES(parameters), "
    "format = VALUES(format)";

// By the unique key on the name.
constexpr const char* find_saved_sql =
    "SELECT name, report, CAST(parameters AS CHAR), format FROM saved_report WHERE name = ?";

// A few rows; read whole.
constexpr const char* list_saved_sql =
    "SELECT name, report, CAST(parameters AS CHAR), format FROM saved_report ORDER BY name";

constexpr const char* delete_saved_sql = "DELETE FROM saved_report WHERE name = ?";

SavedReport saved_of(const mysql::Row& row) {
    return {
        row.text(0),
        row.text(1),
        value_or_throw(parse_json(row.text(2))),
        value_or_throw(parse_report_format(row.text(3)))};
}

} // namespace

void insert_report_file(mysql::Transaction& transaction, const ReportFile& file) {
    transaction.execute(
        insert_file_sql,
        {file.id,
         file.report,
         to_text(file.parameters),
         report_format_name(file.format),
         file.path,
         file.rows,
         file.bytes,
         file.id}
    );
}

Result<ReportFile> find_report_file(mysql::Session& session, const std::string& id) {
    auto file = session.query_one(find_file_sql, {id}, [](const mysql::Row& row) {
        return ReportFile{
            row.text(0),
            row.text(1),
            value_or_throw(parse_json(row.text(2))),
            value_or_throw(parse_report_format(row.text(3))),
            row.optional_text(4).value_or(""),
            row.u64(5),
            row.u64(6)};
    });
    if (!file) {
        return fail(ErrorCode::not_found, "no such report file");
    }
    return std::move(*file);
}

std::vector<Json> list_report_files(mysql::Session& session, std::size_t limit) {
    std::vector<Json> files;
    session.query(list_files_sql, {limit}, [&](const mysql::Row& row) {
        files.push_back(
            {{"id", row.text(0)},
             {"report", row.text(1)},
             {"parameters", value_or_throw(parse_json(row.text(2)))},
             {"format", row.text(3)},
             {"rows", row.u64(4)},
             {"bytes", row.u64(5)},
             {"created_at", row.text(6)}}
        );
    });
    return files;
}

Result<void>
save_report(mysql::Session& session, const SavedReport& saved, const std::string& who) {
    if (saved.name.empty() || find_report(saved.name)) {
        return fail(
            ErrorCode::invalid_argument,
            "a saved report needs a name that no report has",
            "name"
        );
    }
    const auto report = find_report(saved.report);
    if (!report) {
        return tl::unexpected<Error>(report.error());
    }
    const auto parameters = check_parameters(**report, saved.parameters);
    if (!parameters) {
        return tl::unexpected<Error>(parameters.error());
    }
    session.execute(
        save_sql,
        {saved.name, saved.report, to_text(*parameters), report_format_name(saved.format), who}
    );
    return {};
}

bool has_saved_reports(mysql::Session& session) {
    return session
        .query_one(
            "SELECT 1 FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND "
            "TABLE_NAME = 'saved_report'",
            {},
            [](const mysql::Row& row) { return row.i64(0); }
        )
        .has_value();
}

std::optional<SavedReport> find_saved_report(mysql::Session& session, const std::string& name) {
    return session.query_one(find_saved_sql, {name}, saved_of);
}

std::vector<SavedReport> list_saved_reports(mysql::Session& session) {
    std::vector<SavedReport> reports;
    session.query(list_saved_sql, {}, [&](const mysql::Row& row) {
        reports.push_back(saved_of(row));
    });
    return reports;
}

Result<void> delete_saved_report(mysql::Session& session, const std::string& name) {
    if (session.execute(delete_saved_sql, {name}) == 0) {
        return fail(ErrorCode::not_found, "no such saved report");
    }
    return {};
}

} // namespace bgerp::reports
