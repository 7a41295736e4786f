#include "migrations/core/core_migrations.hpp"

namespace bgerp::migrations {

namespace {

// `creating` and `deleting` are unfinished work that the same command completes when run again.
constexpr const char* organization = R"(
id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
code VARCHAR(41) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
name VARCHAR(190) NOT NULL,
state ENUM('creating','active','suspended','archived','deleting') NOT NULL DEFAULT 'creating',
plan VARCHAR(40) NOT NULL DEFAULT 'standard',
weight SMALLINT UNSIGNED NOT NULL DEFAULT 1 COMMENT 'share of the workers, relative to others',
settings JSON NULL,
created_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
updated_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
PRIMARY KEY (id),
UNIQUE KEY organization_code (code))";

constexpr const char* organization_domain = R"(
id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
org_id BIGINT UNSIGNED NOT NULL,
domain VARCHAR(190) CHARACTER SET ascii COLLATE ascii_general_ci NOT NULL,
verified_at DATETIME(6) NULL,
created_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
PRIMARY KEY (id),
UNIQUE KEY organization_domain_domain (domain),
KEY organization_domain_org (org_id),
CONSTRAINT organization_domain_org FOREIGN KEY (org_id) REFERENCES organization (id)
  ON DELETE CASCADE)";

constexpr const char* organization_module = R"(
org_id BIGINT UNSIGNED NOT NULL,
module VARCHAR(40) NOT NULL,
enabled_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
PRIMARY KEY (org_id, module),
CONSTRAINT organization_module_org FOREIGN KEY (org_id) REFERENCES organization (id)
  ON DELETE CASCADE)";

// The epoch is part of the tenant's database password: raising it shuts every old connection out.
constexpr const char* placement = R"(
org_id BIGINT UNSIGNED NOT NULL,
server VARCHAR(64) NOT NULL,
database_name VARCHAR(64) NOT NULL,
epoch INT UNSIGNED NOT NULL DEFAULT 1,
state ENUM('ready','moving') NOT NULL DEFAULT 'ready',
updated_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
PRIMARY KEY (org_id),
UNIQUE KEY placement_database (server, database_name),
CONSTRAINT placement_org FOREIGN KEY (org_id) REFERENCES organization (id) ON DELETE CASCADE)";

constexpr const char* account = R"(
id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
email VARCHAR(254) NOT NULL,
name VARCHAR(190) NOT NULL DEFAULT '',
password_hash VARCHAR(255) NULL COMMENT 'argon2id; without one no password is right',
state ENUM('active','disabled') NOT NULL DEFAULT 'active',
password_changed_at DATETIME(6) NULL,
last_login_at DATETIME(6) NULL,
created_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
updated_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
PRIMARY KEY (id),
UNIQUE KEY account_email (email))";

constexpr const char* account_group = R"(
id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
org_id BIGINT UNSIGNED NOT NULL,
name VARCHAR(190) NOT NULL,
created_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
PRIMARY KEY (id),
UNIQUE KEY account_group_name (org_id, name),
CONSTRAINT account_group_org FOREIGN KEY (org_id) REFERENCES organization (id) ON DELETE CASCADE)";

constexpr const char* account_org = R"(
account_id BIGINT UNSIGNED NOT NULL,
org_id BIGINT UNSIGNED NOT NULL,
group_id BIGINT UNSIGNED NULL,
role VARCHAR(64) NOT NULL DEFAULT 'member',
created_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
PRIMARY KEY (account_id, org_id),
KEY account_org_org (org_id),
KEY account_org_group (group_id),
CONSTRAINT account_org_account FOREIGN KEY (account_id) REFERENCES account (id) ON DELETE CASCADE,
CONSTRAINT account_org_org FOREIGN KEY (org_id) REFERENCES organization (id) ON DELETE CASCADE,
CONSTRAINT account_org_group FOREIGN KEY (group_id) REFERENCES account_group (id)
  ON DELETE SET NULL)";

constexpr const char* account_invite = R"(
id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
org_id BIGINT UNSIGNED NOT NULL,
email VARCHAR(254) NOT NULL,
role VARCHAR(64) NOT NULL DEFAULT 'member',
token_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
invited_by BIGINT UNSIGNED NULL,
expires_at DATETIME(6) NOT NULL,
accepted_at DATETIME(6) NULL,
created_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
PRIMARY KEY (id),
UNIQUE KEY account_invite_token (token_hash),
KEY account_invite_org (org_id, email),
KEY account_invite_inviter (invited_by),
CONSTRAINT account_invite_org FOREIGN KEY (org_id) REFERENCES organization (id) ON DELETE CASCADE,
CONSTRAINT account_invite_inviter FOREIGN KEY (invited_by) REFERENCES account (id)
  ON DELETE SET NULL)";

// Found by the hash of what the client sends; the token itself is stored nowhere.
constexpr const char* access_token = R"(
id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
org_id BIGINT UNSIGNED NOT NULL,
account_id BIGINT UNSIGNED NOT NULL,
name VARCHAR(190) NOT NULL DEFAULT '',
token_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
abilities JSON NOT NULL,
expires_at DATETIME(6) NOT NULL,
last_used_at DATETIME(6) NULL,
revoked_at DATETIME(6) NULL,
created_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
PRIMARY KEY (id),
UNIQUE KEY access_token_hash (token_hash),
KEY access_token_org (org_id, account_id),
KEY access_token_account (account_id),
CONSTRAINT access_token_org FOREIGN KEY (org_id) REFERENCES organization (id) ON DELETE CASCADE,
CONSTRAINT access_token_account FOREIGN KEY (account_id) REFERENCES account (id)
  ON DELETE CASCADE)";

constexpr const char* named_code = R"(
id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
code VARCHAR(100) NOT NULL,
description VARCHAR(255) NOT NULL DEFAULT '',
PRIMARY KEY (id),
UNIQUE KEY code (code))";

constexpr const char* platform_role_permission = R"(
role_id BIGINT UNSIGNED NOT NULL,
permission_id BIGINT UNSIGNED NOT NULL,
PRIMARY KEY (role_id, permission_id),
KEY platform_role_permission_permission (permission_id),
CONSTRAINT platform_role_permission_role FOREIGN KEY (role_id) REFERENCES platform_role (id)
  ON DELETE CASCADE,
CONSTRAINT platform_role_permission_permission FOREIGN KEY (permission_id)
  REFERENCES platform_permission (id) ON DELETE CASCADE)";

constexpr const char* platform_user = R"(
account_id BIGINT UNSIGNED NOT NULL,
created_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
PRIMARY KEY (account_id),
CONSTRAINT platform_user_account FOREIGN KEY (account_id) REFERENCES account (id)
  ON DELETE CASCADE)";

constexpr const char* platform_user_role = R"(
account_id BIGINT UNSIGNED NOT NULL,
role_id BIGINT UNSIGNED NOT NULL,
PRIMARY KEY (account_id, role_id),
KEY platform_user_role_role (role_id),
CONSTRAINT platform_user_role_user FOREIGN KEY (account_id) REFERENCES platform_user (account_id)
  ON DELETE CASCADE,
CONSTRAINT platform_user_role_role FOREIGN KEY (role_id) REFERENCES platform_role (id)
  ON DELETE CASCADE)";

constexpr const char* admin_notifications = R"(
id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
kind VARCHAR(64) NOT NULL,
title VARCHAR(255) NOT NULL,
body TEXT NULL,
detail JSON NULL,
read_at DATETIME(6) NULL,
created_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
PRIMARY KEY (id),
KEY admin_notifications_unread (read_at, id))";

constexpr const char* system_logs = R"(
id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
level ENUM('debug','info','warn','error') NOT NULL,
event VARCHAR(190) NOT NULL,
org_id BIGINT UNSIGNED NULL,
detail JSON NULL,
created_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
PRIMARY KEY (id),
KEY system_logs_org (org_id, id))";

// Whose heartbeat is old is dead; its row is cleared away by the next one that looks.
constexpr const char* worker_process = R"(
id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
host VARCHAR(190) NOT NULL,
pid INT UNSIGNED NOT NULL,
doorbell_host VARCHAR(190) NOT NULL,
doorbell_port SMALLINT UNSIGNED NOT NULL,
started_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
heartbeat_at DATETIME(6) NOT NULL,
PRIMARY KEY (id),
KEY worker_process_heartbeat (heartbeat_at))";

// One row while the jobs of all organizations are paused. NULL: until somebody resumes them.
constexpr const char* platform_pause = R"(
id TINYINT UNSIGNED NOT NULL,
paused_at DATETIME(0) NOT NULL,
resume_at DATETIME(0) NULL,
PRIMARY KEY (id))";

constexpr const char* firing_alert = R"(
rule VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
org_code VARCHAR(41) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
queue VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
value BIGINT NOT NULL,
told TINYINT UNSIGNED NOT NULL DEFAULT 0,
tries INT UNSIGNED NOT NULL DEFAULT 0,
began_at DATETIME(0) NOT NULL,
held_at DATETIME(0) NOT NULL,
PRIMARY KEY (rule, org_code, queue))";

} // namespace

std::vector<Migration> core_migrations() {
    return {
        create_tables(
            "2026_11_core_organizations",
            "core",
            {{"organization", organization},
             {"organization_domain", organization_domain},
             {"organization_module", organization_module},
             {"placement", placement}}
        ),
        create_tables(
            "2026_11_core_accounts",
            "core",
            {{"account", account},
             {"account_group", account_group},
             {"account_org", account_org},
             {"account_invite", account_invite},
             {"access_token", access_token}}
        ),
        create_tables(
            "2026_11_core_permissions",
            "core",
            {{"permission", named_code},
             {"platform_permission", named_code},
             {"platform_role", named_code},
             {"platform_role_permission", platform_role_permission},
             {"platform_user", platform_user},
             {"platform_user_role", platform_user_role}}
        ),
        create_tables(
            "2026_11_core_system",
            "core",
            {{"admin_notifications", admin_notifications},
             {"system_logs", system_logs},
             {"worker_process", worker_process}}
        ),
        create_tables("2026_11_core_platform_pause", "core", {{"platform_pause", platform_pause}}),
        create_tables("2026_11_core_alerts", "core", {{"firing_alert", firing_alert}}),
    };
}

} // namespace bgerp::migrations
