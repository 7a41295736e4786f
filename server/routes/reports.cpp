#include "server/routes/reports.hpp"

#include "server/middleware/idempotency.hpp"
#include "server/routes/download.hpp"
#include "server/routes/new_job.hpp"
#include "tenant_db/modules/reports/build_report.hpp"
#include "tenant_db/modules/reports/report_catalog.hpp"
#include "tenant_db/modules/reports/report_store.hpp"

namespace bgerp::server {

namespace {

std::string content_type_of(reports::ReportFormat format) {
    switch (format) {
    case reports::ReportFormat::csv:
        return "text/csv; charset=utf-8";
    case reports::ReportFormat::xlsx:
        return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    case reports::ReportFormat::json:
        return "application/json";
    }
    return "application/octet-stream";
}

// The job's arguments: what parse_request() reads.
Json request_json(const Call& call) {
    Json request = {{"report", call.path_param()}};
    for (const char* name : {"parameters", "format"}) {
        if (const Json& value = json_field(call.body, name); !value.is_null()) {
            request[name] = value;
        }
    }
    return request;
}

// Refused here, before there is a job that can only fail.
Result<void> check_request(const Call& call, mysql::Session& session, const Json& request) {
    const auto parsed = reports::parse_request(session, request);
    if (!parsed) {
        return tl::unexpected<Error>(parsed.error());
    }
    if (!call.tenant->has_module(std::string(parsed->report->module))) {
        return fail(ErrorCode::not_found, "the organization doesn't have this report's module");
    }
    return {};
}

} // namespace

Result<http::Response> list_reports(Call& call) {
    Json list = Json::array();
    for (const auto& report : reports::all_reports()) {
        if (call.tenant->has_module(std::string(report.module))) {
            list.push_back(reports::describe_report(report));
        }
    }
    return http::json_response(200, {{"reports", std::move(list)}});
}

Result<http::Response> build_report(Call& call) {
    const Json request = request_json(call);
    auto response = run_once(
        call,
        call.request.body,
        [&](mysql::Transaction& transaction) -> Result<http::Response> {
            if (auto checked = check_request(call, transaction, request); !checked) {
                return tl::unexpected<Error>(std::move(checked.error()));
            }
            queue::NewJob job;
            job.kind = reports::report_kind;
            job.args = request;
            job.queue = text_field(call.body, "queue").value_or(job.queue);
            const auto uuid = queue::enqueue(
                transaction,
                queue::QueueSchema::current(),
                job,
                enqueue_limits(call.services.config)
            );
            if (!uuid) {
                return tl::unexpected<Error>(uuid.error());
            }
            return http::with_header(
                http::json_response(
                    202,
                    {{"job", *uuid}, {"file", "/api/v1/reports/files/" + *uuid}}
                ),
                "Location",
                "/api/v1/jobs/" + *uuid
            );
        }
    );
    call.ring();
    return response;
}

Result<http::Response> list_report_files(Call& call) {
    const auto limit = integer_query(call, "limit", 50, 1, 200);
    if (!limit) {
        return tl::unexpected<Error>(limit.error());
    }
    return http::json_response(
        200,
        {{"files",
          reports::list_report_files(
              *call.pool->acquire(call.deadline()),
              static_cast<std::size_t>(*limit)
          )}}
    );
}

Result<http::Response> download_report(Call& call) {
    const auto file =
        reports::find_report_file(*call.pool->acquire(call.deadline()), call.path_param());
    if (!file) {
        return tl::unexpected<Error>(file.error());
    }
    const TenantStorage storage(call.services.config.storage.dir, call.tenant->code);
    const std::string extension = file->path.substr(file->path.rfind('.'));
    return download(
        call,
        storage.path(file->path),
        content_type_of(file->format),
        file->report + extension
    );
}

} // namespace bgerp::server
