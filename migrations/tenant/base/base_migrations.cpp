#include "migrations/tenant/base/base_migrations.hpp"

namespace bgerp::migrations {

namespace {

// Append-only. Each row's hash covers the row and the hash before it, so that a changed or missing
// row shows.
constexpr const char* activity_log = R"(
id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
log_name VARCHAR(190) NOT NULL DEFAULT 'default',
description VARCHAR(255) NOT NULL,
subject_type VARCHAR(64) NULL,
subject_id VARCHAR(64) NULL,
causer_type VARCHAR(64) NULL,
causer_id VARCHAR(64) NULL,
ip_address VARCHAR(45) NULL,
properties JSON NULL COMMENT 'before and after',
previous_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
created_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
PRIMARY KEY (id),
KEY activity_log_subject (subject_type, subject_id, id),
KEY activity_log_causer (causer_type, causer_id, id))";

// The bytes lie in the tenant's storage folder under `path`, which is relative to it.
constexpr const char* file = R"(
id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
purpose VARCHAR(64) NOT NULL,
original_name VARCHAR(255) NOT NULL,
path VARCHAR(255) NOT NULL,
content_type VARCHAR(127) NOT NULL DEFAULT 'application/octet-stream',
bytes BIGINT UNSIGNED NOT NULL,
sha256 CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
created_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
PRIMARY KEY (id),
KEY file_created (created_at))";

constexpr const char* setting = R"(
name VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
value JSON NOT NULL,
updated_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
PRIMARY KEY (name))";

// One import of a file: what it is to do, how far it has come, what came of it.
constexpr const char* data_import = R"(
id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
target VARCHAR(64) NOT NULL,
mode ENUM('insert','upsert') NOT NULL,
dry_run BOOLEAN NOT NULL DEFAULT 0,
mapping JSON NULL,
state ENUM('pending','running','completed','failed') NOT NULL DEFAULT 'pending',
file_name VARCHAR(255) NOT NULL COMMENT 'in the tenant''s storage folder',
file_bytes BIGINT UNSIGNED NOT NULL DEFAULT 0,
original_name VARCHAR(255) NOT NULL DEFAULT '',
scanned BOOLEAN NOT NULL DEFAULT 0,
byte_offset BIGINT UNSIGNED NOT NULL DEFAULT 0,
line BIGINT UNSIGNED NOT NULL DEFAULT 0,
row_count BIGINT UNSIGNED NOT NULL DEFAULT 0,
accepted BIGINT UNSIGNED NOT NULL DEFAULT 0,
rejected BIGINT UNSIGNED NOT NULL DEFAULT 0,
errors_by_code JSON NOT NULL,
errors_bytes BIGINT UNSIGNED NOT NULL DEFAULT 0,
error_message TEXT NULL,
error_field VARCHAR(190) NULL,
job_uuid CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
created_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
started_at DATETIME(6) NULL,
finished_at DATETIME(6) NULL,
PRIMARY KEY (id))";

// What a request with an Idempotency-Key was answered. The row is written in the transaction of the
// request's effect, so that there is never one without the other. Kept for a day.
constexpr const char* idempotency_key = R"(
account_id BIGINT UNSIGNED NOT NULL,
idempotency_key VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
fingerprint CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'of the request',
status SMALLINT UNSIGNED NOT NULL DEFAULT 0,
location VARCHAR(255) NULL,
body MEDIUMTEXT NULL,
created_at DATETIME(6) NOT NULL,
PRIMARY KEY (account_id, idempotency_key),
KEY idempotency_key_created (created_at))";

} // namespace

std::vector<Migration> base_migrations() {
    return {
        create_tables(
            "2026_11_base_tables",
            "base",
            {{"activity_log", activity_log},
             {"file", file},
             {"setting", setting},
             {"data_import", data_import}}
        ),
        create_tables("2026_11_base_idempotency", "base", {{"idempotency_key", idempotency_key}}),
    };
}

} // namespace bgerp::migrations
