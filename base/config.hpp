// The configuration of all four programs, read once at start from `bgerp.yaml` and the environment
// (`BGERP_<SECTION>_<KEY>` wins over the file). Every key has a default, so no file is needed;
// docs/configuration.md lists them all and a test holds it to that. A value type, thread-safe once
// read. Paths that are not absolute are relative to the file's folder, or, without a file, to the
// working directory.
#pragma once

#include "base/error.hpp"
#include "base/log.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace bgerp {

struct DatabaseConfig {
    std::string socket; // a path; empty: the private server's, or TCP with `host`
    std::string host;   // empty: the socket
    std::int64_t port = 3306;
    std::string data_dir = "var/db"; // the private server of `bgerp db start`
    std::string core_name = "bgerp"; // tenants are `<core_name>_t_<org_code>`
    std::string admin_user;          // empty: the caller's own name, over the socket
    std::string admin_password_file;
    std::string tls_ca_file;
    std::int64_t connect_timeout_s = 5;
    std::int64_t read_timeout_s = 60;
    std::int64_t lock_wait_timeout_s = 10;
    std::int64_t pool_connections_max = 16; // per account and server
    std::int64_t tenant_pools_max = 64;     // tenants with open connections at one time
    std::int64_t buffer_pool_mib = 256;     // the private server's
    std::int64_t connections_max = 400;     // the private server's
};

struct SecurityConfig {
    std::string master_key_file = "var/secrets/master.key";
    std::int64_t token_days = 90;         // life of an access token that names none
    std::int64_t login_attempts_max = 10; // failed ones per account and address in a quarter hour
};

struct StorageConfig {
    std::string dir = "var/files"; // uploads, error files, reports: a folder per tenant
    std::int64_t upload_mib_max = 2048;
};

struct LogConfig {
    LogLevel level = LogLevel::info;
    LogFormat format = LogFormat::text;
    std::string file;
};

struct ServerConfig {
    std::string listen = "127.0.0.1";
    std::int64_t port = 8080;
    std::string base_domain = "localhost";
    std::int64_t network_threads = 1;
    std::int64_t database_threads = 8;
    std::int64_t database_queue_max = 256; // requests waiting for a database thread; then 503
    std::int64_t connections_max = 4096;
    std::int64_t header_kib_max = 16;
    std::int64_t body_kib_max = 1024;
    std::int64_t request_timeout_s = 30;
    std::int64_t idle_timeout_s = 60;
    std::string tls_cert_file; // chain in PEM; empty: no TLS, as behind a proxy on this machine
    std::string tls_key_file;
};

struct QueueConfig {
    std::int64_t lease_s = 15;
    std::int64_t retry_after_s = 90; // for rows that another system's worker reserved
    std::int64_t max_tries = 5;      // of a job whose payload names none
    std::int64_t rescues_max = 10;   // dead workers in a row until a job counts as poison
    std::int64_t payload_kib_max = 1024;
    std::int64_t finished_keep_h = 168;         // tracked jobs that ended
    std::int64_t completed_keep_h = 0;          // of these the completed ones; 0: as all
    std::int64_t cancelled_keep_h = 0;          // the cancelled ones; 0: as all
    std::int64_t failed_keep_h = 0;             // and failed jobs; 0: as all, and for ever
    std::int64_t stats_keep_h = 48;             // statistics of each minute; 0: none are made
    std::int64_t events_keep_h = 24;            // of those who have them written
    std::map<std::string, std::string> aliases; // old names of kinds, and their names now
    std::vector<std::string> remote_kinds;      // run by remote workers over the API alone
};

/// A program that is told when something happens to a job in a worker.
struct HookConfig {
    enum class Event {
        started,   // an attempt begins
        completed, // the job has ended well
        failed,    // an attempt failed, another will follow
        dead,      // the job failed for good
    };

    Event on = Event::dead;
    std::string queue;             // a name, or a beginning ("mail.*"); empty: each
    std::string kind;              // likewise
    std::vector<std::string> exec; // program and arguments
    std::int64_t timeout_s = 10;
};

struct WorkerConfig {
    std::int64_t concurrency = 4;
    std::vector<std::string> queues = {"*"};
    std::int64_t prefetch_max = 1000; // reserved beyond the free slots, for short jobs
    std::int64_t complete_batch_max = 1000;
    std::int64_t sweep_ms = 1000;
    std::string doorbell_listen = "127.0.0.1"; // address of the datagram socket; the port is any
    std::int64_t shutdown_grace_s = 30;
    std::int64_t memory_mib_max = 0;  // restart above it; 0: no limit
    std::int64_t overrun_s = 60;      // restart when a handler ignores its time-out for longer
    std::int64_t slow_attempt_ms = 0; // attempts as long are logged; 0: none
    std::int64_t jobs_max = 0;        // restart after so many; 0: no limit
    std::int64_t lifetime_s = 0;      // restart after so long; 0: no limit
    std::vector<std::string> kind_concurrency; // "kind:n": of a kind at one time in this worker
    std::vector<HookConfig> hooks;
};

struct SchedulerConfig {
    std::int64_t lease_s = 15;
    std::int64_t tick_ms = 1000;
    std::int64_t housekeeping_s = 60;
    std::int64_t alerts_s = 15;
};

/// A program that jobs of one kind run: the operator's choice, never the payload's.
struct ExecConfig {
    std::string kind;
    std::vector<std::string> command; // program and arguments
    std::int64_t timeout_s = 300;
    std::int64_t memory_mib_max = 1024;
    std::int64_t output_kib_max = 1024;
    std::vector<std::string> fail_on = {}; // codes of errors that no other try mends
};

/// A web service that jobs of one kind are sent to, likewise.
struct HttpKindConfig {
    std::string kind;
    std::string url;
    std::string secret_file; // the key that requests are signed with
    std::string ca_file;     // authorities in PEM; empty: the system's
    std::int64_t timeout_s = 30;
    std::int64_t output_kib_max = 256;
    std::vector<std::string> fail_on; // codes of errors that no other try mends
};

/// What an operator wants to be told of, and how: when the condition begins to hold for a queue,
/// and when it has ended.
struct AlertConfig {
    enum class Condition {
        none,
        wait_s,          // a job waits for longer
        backlog,         // more jobs wait
        failures,        // more jobs failed for good within a time
        failure_percent, // a larger share of attempts failed within a time
    };

    std::string name;
    Condition condition = Condition::none;
    std::int64_t limit = 0;
    std::vector<std::string> orgs;    // empty: all
    std::string queue;                // a name, or a beginning ("mail.*"); empty: each
    std::int64_t within_s = 300;      // of failures and failure_percent
    std::int64_t attempts_min = 20;   // of failure_percent: a share of fewer says nothing
    std::int64_t quiet_s = 60;        // ended when it hasn't held for so long
    std::vector<std::string> command; // a program that is told, or
    std::string url;                  // a web service
    std::string secret_file;          // the key that requests are signed with
    std::string ca_file;              // authorities in PEM; empty: the system's
    std::int64_t timeout_s = 30;
};

struct Config {
    std::string file; // where it was read from; empty: defaults and environment alone
    DatabaseConfig database;
    SecurityConfig security;
    StorageConfig storage;
    LogConfig log;
    ServerConfig server;
    QueueConfig queue;
    WorkerConfig worker;
    SchedulerConfig scheduler;
    std::vector<ExecConfig> exec;
    std::map<std::string, std::string> args; // JSON Schemas of arguments, by kind
    std::vector<HttpKindConfig> http;
    std::vector<AlertConfig> alerts;
};

/// A key as documentation and `config check` show it.
struct ConfigKey {
    std::string name; // "section.key"
    std::string value;
};

using Environment = std::map<std::string, std::string>;

/// This process's environment.
[[nodiscard]] Environment process_environment();

/// Reads `file`; an empty name means `bgerp.yaml` in the working directory if there is one, else
/// defaults. invalid_argument for an unknown key, a wrong type or a value out of range, with file,
/// line and key in the message; not_found for a named file that isn't there.
[[nodiscard]] Result<Config> read_config(const std::string& file, const Environment& environment);

/// Every key with its value in `config`, in the order of the documentation. `exec`, `http`,
/// `alerts`, `args` and `worker.hooks` are left out.
[[nodiscard]] std::vector<ConfigKey> config_keys(const Config& config);

} // namespace bgerp
