#include "migrations/tenant/queue/job_event.hpp"

#include <array>

namespace bgerp::queue {

namespace {

// Part of the statement that changes the job's record, so of its transaction. A lease that ran out
// and was taken over is running before and after, with one attempt more.
constexpr const char* run_changed = R"(
CREATE TRIGGER IF NOT EXISTS job_event_run_changed AFTER UPDATE ON job_run FOR EACH ROW
BEGIN
  DECLARE what VARCHAR(16) DEFAULT '';
  IF NEW.state = 'running' THEN
    IF OLD.state <> 'running' OR NEW.attempts > OLD.attempts THEN
      SET what = 'started';
    END IF;
  ELSEIF NEW.state <> OLD.state THEN
    SET what = CASE
      WHEN NEW.state IN ('completed', 'failed', 'cancelled') THEN NEW.state
      WHEN NEW.state = 'retryable' THEN 'retried'
      WHEN OLD.state = 'running' AND (NEW.state = 'scheduled' OR NEW.attempts < OLD.attempts)
        THEN 'released'
      WHEN OLD.state = 'running' THEN 'retried'
      WHEN OLD.state = 'failed' THEN 'enqueued'
      ELSE '' END;
  END IF;
  IF what <> '' THEN
    INSERT INTO job_event (at, event, uuid, kind, queue, attempt)
      VALUES (UNIX_TIMESTAMP(), what, NEW.uuid, NEW.kind, NEW.queue, NEW.attempts);
  END IF;
END)";

constexpr const char* run_made = R"(
CREATE TRIGGER IF NOT EXISTS job_event_run_made AFTER INSERT ON job_run FOR EACH ROW
  INSERT INTO job_event (at, event, uuid, kind, queue, attempt)
    VALUES (UNIX_TIMESTAMP(), 'enqueued', NEW.uuid, NEW.kind, NEW.queue, 0))";

// A pause's scope is the event's detail.
constexpr const char* pause_made = R"(
CREATE TRIGGER IF NOT EXISTS job_event_pause_made AFTER INSERT ON queue_pause FOR EACH ROW
  INSERT INTO job_event (at, event, kind, queue, detail)
    VALUES (UNIX_TIMESTAMP(), 'paused', IF(NEW.scope = 'kind', NEW.queue, ''),
            IF(NEW.scope = 'queue', NEW.queue, ''), NEW.scope))";

constexpr const char* pause_gone = R"(
CREATE TRIGGER IF NOT EXISTS job_event_pause_gone AFTER DELETE ON queue_pause FOR EACH ROW
  INSERT INTO job_event (at, event, kind, queue, detail)
    VALUES (UNIX_TIMESTAMP(), 'resumed', IF(OLD.scope = 'kind', OLD.queue, ''),
            IF(OLD.scope = 'queue', OLD.queue, ''), OLD.scope))";

constexpr std::array triggers{
    "job_event_run_changed",
    "job_event_run_made",
    "job_event_pause_made",
    "job_event_pause_gone",
};

void make_tables(migrations::Schema& schema) {
    schema.create_table_if_missing("job_event", R"(
        id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
        at INT UNSIGNED NOT NULL,
        event VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        uuid CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
        kind VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
        queue VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
        attempt SMALLINT UNSIGNED NOT NULL DEFAULT 0,
        detail VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
        PRIMARY KEY (id))");
    // One row while events are written.
    schema.create_table_if_missing("job_event_switch", R"(
        id TINYINT UNSIGNED NOT NULL,
        PRIMARY KEY (id))");
}

} // namespace

migrations::Migration job_event_migration() {
    return {"2026_11_job_event", "queue", make_tables, [](migrations::Schema& schema) {
                stop_job_events(schema);
                schema.drop_table_if_exists("job_event_switch");
                schema.drop_table_if_exists("job_event");
            }};
}

// The switch goes on last and off first: whoever sees it on finds the triggers.
void start_job_events(migrations::Schema& schema) {
    for (const char* const trigger : {run_changed, run_made, pause_made, pause_gone}) {
        schema.run(trigger);
    }
    schema.run("INSERT IGNORE INTO job_event_switch (id) VALUES (1)");
}

void stop_job_events(migrations::Schema& schema) {
    if (schema.has_table("job_event_switch")) {
        schema.run("DELETE FROM job_event_switch");
    }
    for (const char* const trigger : triggers) {
        schema.run(std::string("DROP TRIGGER IF EXISTS ") + trigger);
    }
}

} // namespace bgerp::queue
