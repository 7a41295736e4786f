// Where a report's rows come from: a query read in pages, each a short statement of its own, so
// that no snapshot is held while a million rows are written (a long one keeps the whole server from
// purging). A source belongs to one run of a report and one thread. Blocking; errors of the
// database are thrown.
#pragma once

#include "base/json.hpp"
#include "base/mysql/session.hpp"
#include "tenant_db/modules/reports/writer.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace bgerp::reports {

/// Rows a page: some megabytes at most in the client library's memory.
inline constexpr std::size_t page_rows = 5000;

using RowSink = std::function<Result<void>(std::span<const ReportValue> values)>;

class ReportSource {
public:
    ReportSource() = default;
    ReportSource(const ReportSource&) = delete;
    ReportSource& operator=(const ReportSource&) = delete;
    virtual ~ReportSource() = default;

    [[nodiscard]] virtual std::vector<ReportColumn> columns() const = 0;

    /// Reads the next page and hands its rows to `sink`. False when it was the last one. The sink's
    /// error ends the page.
    [[nodiscard]] virtual Result<bool> next_page(mysql::Session& session, const RowSink& sink) = 0;

    /// About how many rows there will be; 0 when nobody knows.
    [[nodiscard]] virtual std::uint64_t expected_rows() const { return 0; }
};

/// Opens a source with checked parameters (check_parameters); it may look at the database for what
/// its columns depend on. not_found when what the parameters name isn't there.
using OpenSource =
    Result<std::unique_ptr<ReportSource>> (*)(mysql::Session& session, const Json& parameters);

} // namespace bgerp::reports
