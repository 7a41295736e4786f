#include "tenant_db/modules/reports/write_report.hpp"

#include "tenant_db/modules/module_tables.hpp"

#include <algorithm>

namespace bgerp::reports {

namespace {

// For one page; grouping a million rows takes a second or two.
constexpr std::chrono::seconds page_limit{60};

Deadline page_deadline() {
    return Deadline::after(page_limit);
}

void tell(const ReportWatch& watch, std::uint64_t rows, std::uint64_t expected) {
    if (watch.progress) {
        const std::uint64_t done = expected == 0 ? 0 : std::min(rows, expected) * 100 / expected;
        watch.progress(static_cast<int>(done), std::to_string(rows) + " rows");
    }
}

Result<void> write_pages(
    mysql::Pool& pool, ReportSource& source, ReportWriter& writer, const ReportWatch& watch
) {
    std::uint64_t rows = 0;
    const RowSink sink = [&](std::span<const ReportValue> values) {
        ++rows;
        return writer.row(values);
    };
    for (bool more = true; more;) {
        if (watch.stop_requested && watch.stop_requested()) {
            return fail(ErrorCode::cancelled, "stopped between two pages of the report");
        }
        const auto page = source.next_page(*pool.acquire(page_deadline()), sink);
        if (!page) {
            return tl::unexpected<Error>(page.error());
        }
        more = *page;
        tell(watch, rows, source.expected_rows());
    }
    return {};
}

Result<std::uint64_t> write_all(
    mysql::Pool& pool,
    const ReportRequest& request,
    const std::string& path,
    const ReportWatch& watch
) {
    auto source = request.report->open(*pool.acquire(page_deadline()), request.parameters);
    if (!source) {
        return tl::unexpected<Error>(source.error());
    }
    const auto writer = make_report_writer(request.format, path);
    if (auto begun = writer->begin((*source)->columns()); !begun) {
        return tl::unexpected<Error>(begun.error());
    }
    if (auto written = write_pages(pool, **source, *writer, watch); !written) {
        return tl::unexpected<Error>(written.error());
    }
    return writer->finish();
}

} // namespace

Result<std::uint64_t> write_report(
    mysql::Pool& pool,
    const ReportRequest& request,
    const std::string& path,
    const ReportWatch& watch
) {
    return require_module(request.report->module, [&] {
        return write_all(pool, request, path, watch);
    });
}

} // namespace bgerp::reports
