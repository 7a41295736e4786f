// The reports over the sales module's tables. Blocking; see report_source.hpp.
#pragma once

#include "tenant_db/modules/reports/report_source.hpp"

namespace bgerp::reports {

/// One row a billing country, by name, with the number of invoices and the sum of their totals.
/// Invoices without a country come first.
[[nodiscard]] Result<std::unique_ptr<ReportSource>>
open_sales_by_country(mysql::Session& session, const Json& parameters);

/// The `limit` customers with the highest sum of totals, highest first.
[[nodiscard]] Result<std::unique_ptr<ReportSource>>
open_top_customers(mysql::Session& session, const Json& parameters);

/// All invoices in the import's columns.
[[nodiscard]] Result<std::unique_ptr<ReportSource>>
open_invoice_list(mysql::Session& session, const Json& parameters);

} // namespace bgerp::reports
