#include "tenant_db/modules/reports/build_report.hpp"

#include "base/file_error.hpp"
#include "base/iso_date.hpp"
#include "tenant_db/modules/reports/report_catalog.hpp"
#include "tenant_db/modules/reports/report_store.hpp"

#include <filesystem>

namespace bgerp::reports {

namespace {

constexpr std::chrono::seconds end_limit{60};

Json output_of(const ReportFile& file) {
    return {
        {"report", file.report},
        {"format", report_format_name(file.format)},
        {"rows", file.rows},
        {"bytes", file.bytes},
        {"file", file.path}};
}

Result<Json> commit_file(mysql::Pool& pool, JobControl& control, const ReportFile& file) {
    return mysql::with_transaction(
        pool,
        Deadline::after(end_limit),
        [&](mysql::Transaction& transaction) -> Result<Json> {
            insert_report_file(transaction, file);
            Json output = output_of(file);
            if (auto ended = control.complete(transaction, output); !ended) {
                return tl::unexpected<Error>(ended.error());
            }
            return output;
        }
    );
}

Result<std::string> text_member(const Json& json, const char* key) {
    const auto value = json.find(key);
    if (value == json.end() || value->is_null()) {
        return std::string();
    }
    if (!value->is_string()) {
        return fail(ErrorCode::invalid_argument, std::string(key) + " must be text", key);
    }
    return value->get<std::string>();
}

// By the database's clock, in UTC.
std::chrono::year_month_day today_of(mysql::Session& session) {
    const auto text = session.query_one(
        "SELECT DATE_FORMAT(UTC_TIMESTAMP(), '%Y-%m-%d')",
        {},
        [](const mysql::Row& row) { return row.text(0); }
    );
    return parse_iso_date(text.value_or("")).value();
}

} // namespace

Result<ReportRequest> parse_request(mysql::Session& session, const Json& json) {
    if (!json.is_object()) {
        return fail(ErrorCode::invalid_argument, "a report's request must be an object");
    }
    const auto name = text_member(json, "report");
    const auto format = text_member(json, "format");
    if (!name || !format) {
        return tl::unexpected<Error>(name ? format.error() : name.error());
    }
    std::optional<SavedReport> saved;
    auto report = find_report(*name);
    if (!report && has_saved_reports(session)) {
        saved = find_saved_report(session, *name);
        report = saved ? find_report(saved->report) : std::move(report);
    }
    if (!report) {
        return tl::unexpected<Error>(report.error());
    }
    Json given = saved ? saved->parameters : Json::object();
    if (json.contains("parameters") && json["parameters"].is_object()) {
        given.update(json["parameters"]);
    }
    auto parameters = check_parameters(**report, given);
    if (!parameters) {
        return tl::unexpected<Error>(parameters.error());
    }
    ReportRequest request{
        *report,
        resolve_parameters(**report, std::move(*parameters), today_of(session)),
        ReportFormat::csv};
    if (format->empty()) {
        request.format = saved ? saved->format : ReportFormat::csv;
        return request;
    }
    const auto parsed = parse_report_format(*format);
    if (!parsed) {
        return tl::unexpected<Error>(parsed.error());
    }
    request.format = *parsed;
    return request;
}

Result<Json> build_report(
    mysql::Pool& pool,
    JobControl& control,
    const TenantStorage& storage,
    const ReportRequest& request,
    const std::string& job_uuid
) {
    ReportFile file;
    file.id = job_uuid;
    file.report = request.report->name;
    file.parameters = request.parameters;
    file.format = request.format;
    file.path =
        TenantStorage::new_name("reports", "." + std::string(report_format_name(request.format)));
    const std::string path = storage.path(file.path);
    std::error_code ignored; // opening the file says what is wrong
    std::filesystem::create_directories(folder_of(path), ignored);
    const ReportWatch watch{
        [&] { return control.stop_requested(); },
        [&](int percent, const std::string& message) { control.progress(percent, message); }};
    const auto rows = write_report(pool, request, path, watch);
    if (!rows) {
        return tl::unexpected<Error>(rows.error());
    }
    file.rows = *rows;
    file.bytes = std::filesystem::file_size(path, ignored);
    auto output = commit_file(pool, control, file);
    if (!output) {
        std::filesystem::remove(path, ignored);
    }
    return output;
}

} // namespace bgerp::reports
