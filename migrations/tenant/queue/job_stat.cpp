#include "migrations/tenant/queue/job_stat.hpp"

#include <string>

namespace bgerp::queue {

namespace {

constexpr int ranges = 26; // of a histogram of times

std::string times(const std::string& name) {
    std::string columns = name + "_sum_us BIGINT UNSIGNED NOT NULL DEFAULT 0,\n" + name +
                          "_max_us BIGINT UNSIGNED NOT NULL DEFAULT 0,\n";
    for (int i = 0; i < ranges; ++i) {
        columns += name + "_" + std::to_string(i) + " INT UNSIGNED NOT NULL DEFAULT 0,\n";
    }
    return columns;
}

} // namespace

// minute: since 1970, by the database's clock.
migrations::Migration job_stat_migration() {
    return migrations::create_tables("2026_11_job_stat", "queue", {{"job_stat", R"(
            minute INT UNSIGNED NOT NULL,
            queue VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
            kind VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
            started INT UNSIGNED NOT NULL DEFAULT 0,
            completed INT UNSIGNED NOT NULL DEFAULT 0,
            failed INT UNSIGNED NOT NULL DEFAULT 0,
            retried INT UNSIGNED NOT NULL DEFAULT 0,
            cancelled INT UNSIGNED NOT NULL DEFAULT 0,
            )" + times("wait") + times("run") + R"(
            PRIMARY KEY (minute, queue, kind))"}});
}

} // namespace bgerp::queue
