// The statements on `report_file` (reports that were made) and `saved_report` (reports to be made
// again by name). Blocking; errors of the database are thrown.
#pragma once

#include "base/json.hpp"
#include "base/mysql/transaction.hpp"
#include "tenant_db/modules/reports/writer.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bgerp::reports {

struct ReportFile {
    std::string id; // the job's uuid
    std::string report;
    Json parameters;
    ReportFormat format = ReportFormat::csv;
    std::string path; // in the tenant's storage
    std::uint64_t rows = 0;
    std::uint64_t bytes = 0;
};

void insert_report_file(mysql::Transaction& transaction, const ReportFile& file);

/// not_found.
[[nodiscard]] Result<ReportFile> find_report_file(mysql::Session& session, const std::string& id);

/// Newest first: {"id","report","parameters","format","rows","bytes","created_at"}.
[[nodiscard]] std::vector<Json> list_report_files(mysql::Session& session, std::size_t limit);

struct SavedReport {
    std::string name;
    std::string report;
    Json parameters;
    ReportFormat format = ReportFormat::csv;
};

/// Checks the report's name and parameters and writes the saved report, over one of the same name.
[[nodiscard]] Result<void>
save_report(mysql::Session& session, const SavedReport& saved, const std::string& who);

/// Whether the organization has the reports module; the others' reports can be made without it.
[[nodiscard]] bool has_saved_reports(mysql::Session& session);

[[nodiscard]] std::optional<SavedReport>
find_saved_report(mysql::Session& session, const std::string& name);

[[nodiscard]] std::vector<SavedReport> list_saved_reports(mysql::Session& session);

/// not_found.
[[nodiscard]] Result<void> delete_saved_report(mysql::Session& session, const std::string& name);

} // namespace bgerp::reports
