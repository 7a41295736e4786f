// The endpoints of an organization's modules: imports, payroll, reports, tables. A part of the
// table in endpoints.cpp, which alone uses it.
#pragma once

#include "server/middleware/endpoint.hpp"
#include "server/routes/data.hpp"
#include "server/routes/imports.hpp"
#include "server/routes/payroll.hpp"
#include "server/routes/reports.hpp"

#include <array>

namespace bgerp::server {

inline constexpr std::array module_endpoints{
    Endpoint{
        .method = http::Method::post,
        .path = "/api/v1/imports",
        .run = create_import,
        .ability = "imports:create",
        .body = BodyKind::upload,
        .query = import_order_query,
        .summary = "Import a file",
        .success = 202,
        .idempotent = true},
    Endpoint{
        .path = "/api/v1/imports",
        .run = list_imports,
        .ability = "imports:read",
        .query = import_query,
        .summary = "Imports, newest first"},
    Endpoint{
        .path = "/api/v1/imports/{id}",
        .run = show_import,
        .ability = "imports:read",
        .summary = "One import"},
    Endpoint{
        .path = "/api/v1/imports/{id}/errors",
        .run = download_import_errors,
        .ability = "imports:read",
        .summary = "The rejected rows, to be mended and sent again"},

    Endpoint{
        .method = http::Method::post,
        .path = "/api/v1/payroll-runs",
        .run = start_payroll_run,
        .ability = "payroll:run",
        .body = BodyKind::json,
        .fields = payroll_fields,
        .summary = "Calculate a month's payroll",
        .success = 202,
        .idempotent = true},
    Endpoint{
        .path = "/api/v1/payroll-runs",
        .run = list_payroll_runs,
        .ability = "payroll:read",
        .query = payroll_query,
        .summary = "Payroll runs, newest first"},
    Endpoint{
        .path = "/api/v1/payroll-runs/{period}",
        .run = show_payroll_run,
        .ability = "payroll:read",
        .summary = "One payroll run with its totals"},
    Endpoint{
        .method = http::Method::post,
        .path = "/api/v1/payroll-runs/{period}/approve",
        .run = approve_payroll_run,
        .ability = "payroll:approve",
        .summary = "Approve a calculated run"},
    Endpoint{
        .method = http::Method::post,
        .path = "/api/v1/payroll-runs/{period}/reverse",
        .run = reverse_payroll_run,
        .ability = "payroll:approve",
        .summary = "Reverse a run"},

    Endpoint{
        .path = "/api/v1/reports",
        .run = list_reports,
        .ability = "reports:read",
        .summary = "The reports there are"},
    Endpoint{
        .method = http::Method::post,
        .path = "/api/v1/reports/{name}",
        .run = build_report,
        .ability = "reports:run",
        .body = BodyKind::json,
        .fields = report_fields,
        .summary = "Have a report made",
        .success = 202,
        .idempotent = true},
    Endpoint{
        .path = "/api/v1/reports/files",
        .run = list_report_files,
        .ability = "reports:read",
        .query = report_query,
        .summary = "Reports that were made, newest first"},
    Endpoint{
        .path = "/api/v1/reports/files/{id}",
        .run = download_report,
        .ability = "reports:read",
        .summary = "Download a report"},

    Endpoint{
        .path = "/api/v1/data",
        .run = list_resources,
        .ability = "data:read",
        .summary = "The tables there are"},
    Endpoint{
        .path = "/api/v1/data/{table}",
        .run = read_table,
        .ability = "data:read",
        .query = data_query,
        .summary = "Rows of a table, filtered, ordered, a page at a time"},
    Endpoint{
        .path = "/api/v1/data/{table}/{id}",
        .run = read_row,
        .ability = "data:read",
        .summary = "One row"},
};

} // namespace bgerp::server
