#include "migrations/tenant/reports/reports_migrations.hpp"

namespace bgerp::migrations {

namespace {

// A report by name with the parameters it is wanted with.
constexpr const char* saved_report = R"(
id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
name VARCHAR(190) NOT NULL,
report VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
parameters JSON NOT NULL,
format ENUM('csv','xlsx','json') NOT NULL DEFAULT 'csv',
created_by VARCHAR(190) NULL,
created_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
updated_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
PRIMARY KEY (id),
UNIQUE KEY saved_report_name (name))";

// One making of a report; the bytes lie in the tenant's storage folder.
constexpr const char* report_file = R"(
id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
report VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
parameters JSON NOT NULL,
format ENUM('csv','xlsx','json') NOT NULL,
state ENUM('pending','running','completed','failed') NOT NULL DEFAULT 'pending',
path VARCHAR(255) NULL,
row_count BIGINT UNSIGNED NOT NULL DEFAULT 0,
bytes BIGINT UNSIGNED NOT NULL DEFAULT 0,
sha256 CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
error TEXT NULL,
job_uuid CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
created_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
finished_at DATETIME(6) NULL,
PRIMARY KEY (id),
KEY report_file_created (created_at))";

} // namespace

std::vector<Migration> reports_migrations() {
    return {create_tables(
        "2026_11_reports_tables",
        "reports",
        {{"saved_report", saved_report}, {"report_file", report_file}}
    )};
}

} // namespace bgerp::migrations
