// How near the engine is to what the table allows. Drains the same backlog twice: by a bare loop
// (claim along the clustered key, mark, delete by a list of ids; no payload looked at, no fence,
// nothing recorded), which is the yardstick on this machine and server, and by reserve and
// complete_many_if_mine. The yardstick of enqueueing is a bare multi-row INSERT of texts that were
// made before. Prints the rates, best of some rounds in turn, as JSON.
//
//   bench_raw_loop --socket PATH [--user U] [--jobs N] [--threads N] [--batch N] [--rounds N]
//   [--raw]
#include "migrations/tenant/queue/queue_migrations.hpp"
#include "tenant_db/queue/enqueue.hpp"
#include "tenant_db/queue/in_list.hpp"
#include "tenant_db/queue/lifecycle.hpp"
#include "tenant_db/queue/payload.hpp"

#include <atomic>
#include <chrono>
#include <CLI/CLI.hpp>
#include <cmath>
#include <ctime>
#include <functional>
#include <iostream>
#include <thread>

namespace bgerp::queue {
namespace {

struct Options {
    mysql::Endpoint endpoint;
    std::size_t jobs = 200'000;
    std::size_t threads = 2;
    std::size_t batch = 1000;
    int rounds = 3;
    bool raw_alone = false;
};

constexpr const char* database = "bench_raw_loop";

Deadline soon() {
    return Deadline::after(std::chrono::minutes(5));
}

double seconds_of(const std::function<void()>& fn) {
    const auto start = std::chrono::steady_clock::now();
    fn();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void in_threads(std::size_t count, const std::function<void(std::uint64_t)>& fn) {
    std::vector<std::thread> threads;
    for (std::uint64_t owner = 1; owner <= count; ++owner) {
        threads.emplace_back(fn, owner);
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
}

class Bench {
public:
    explicit Bench(const Options& options)
        : options_(options)
        , pool_(options.endpoint, options.threads + 1) {}

    // Rows a second of bare INSERTs, a thousand rows a statement and a commit.
    double fill_raw() {
        const std::string payload =
            compose_envelope(noop_job(), "0193a5e2-7c11-7a3b-9f00-112233445566");
        const std::string sql =
            "INSERT INTO jobs (queue, payload, available_at, created_at) VALUES " +
            repeated("(?,?,1,1)", options_.batch);
        mysql::Params params;
        for (std::size_t i = 0; i < options_.batch; ++i) {
            params.insert(params.end(), {"default", payload});
        }
        std::atomic<std::size_t> made = 0;
        const double seconds = seconds_of([&] {
            in_threads(options_.threads, [&](std::uint64_t) {
                while (made.fetch_add(options_.batch) < options_.jobs) {
                    mysql::with_transaction(pool_, soon(), [&](mysql::Transaction& t) {
                        t.execute(sql, params);
                    });
                }
            });
        });
        return static_cast<double>(options_.jobs) / seconds;
    }

    // Jobs a second that go in.
    double fill(bool tracked) {
        NewJob job = noop_job();
        job.tracked = tracked;
        const std::vector<NewJob> some(options_.batch, job);
        std::atomic<std::size_t> made = 0;
        const double seconds = seconds_of([&] {
            in_threads(options_.threads, [&](std::uint64_t) {
                while (made.fetch_add(options_.batch) < options_.jobs) {
                    mysql::with_transaction(pool_, soon(), [&](mysql::Transaction& t) {
                        value_or_throw(enqueue_many(t, QueueSchema::current(), some));
                    });
                }
            });
        });
        return static_cast<double>(options_.jobs) / seconds;
    }

    double drain_raw() {
        return drain([&](std::uint64_t) { raw_loop(); });
    }

    double drain_by_engine() {
        return drain([&](std::uint64_t owner) { engine_loop(owner); });
    }

    /// Processor time that the last drain took in this process, in microseconds a job: what a busy
    /// machine doesn't blur.
    [[nodiscard]] double client_cpu_us() const { return client_cpu_us_; }

private:
    static NewJob noop_job() {
        NewJob job;
        job.kind = "noop";
        job.args = {{"text", std::string(70, 'x')}}; // an envelope of about 200 bytes
        return job;
    }

    double drain(const std::function<void(std::uint64_t)>& loop) {
        done_ = 0;
        const std::clock_t before = std::clock();
        const double seconds = seconds_of([&] { in_threads(options_.threads, loop); });
        if (done_ != options_.jobs) {
            throw Failure(ErrorCode::internal, std::to_string(done_) + " jobs were drained");
        }
        client_cpu_us_ = static_cast<double>(std::clock() - before) * 1e6 / CLOCKS_PER_SEC /
                         static_cast<double>(options_.jobs);
        return static_cast<double>(options_.jobs) / seconds;
    }

    void raw_loop() {
        const std::string in = in_list(options_.batch);
        const std::string select =
            "SELECT id, payload FROM jobs FORCE INDEX (PRIMARY) WHERE queue = 'default'"
            " AND priority = 0 AND id > ? AND reserved_at IS NULL"
            " ORDER BY id LIMIT ? FOR UPDATE SKIP LOCKED";
        const std::string update = "UPDATE jobs FORCE INDEX (PRIMARY) SET reserved_at = 1"
                                   " WHERE queue = 'default' AND priority = 0 AND id IN" +
                                   in;
        const std::string remove = "DELETE FROM jobs"
                                   " WHERE queue = 'default' AND priority = 0 AND id IN" +
                                   in;
        std::uint64_t last = 0;
        for (;;) {
            std::vector<std::uint64_t> ids;
            mysql::Params params;
            mysql::with_transaction(pool_, soon(), [&](mysql::Transaction& t) {
                ids.clear();
                params.clear();
                t.query(select, {last, options_.batch}, [&](const mysql::Row& row) {
                    ids.push_back(row.u64(0));
                });
                if (!ids.empty()) {
                    ids.resize(options_.batch, ids.back());
                    add_padded(params, ids);
                    t.execute(update, params);
                }
            });
            if (ids.empty()) {
                return;
            }
            last = ids.back();
            mysql::with_transaction(pool_, soon(), [&](mysql::Transaction& t) {
                done_ += t.execute(remove, params);
            });
        }
    }

    void engine_loop(std::uint64_t owner) {
        ClaimCursor cursor;
        for (;;) {
            const std::vector<ReservedJob> jobs = reserve(
                pool_,
                soon(),
                QueueSchema::current(),
                "default",
                options_.batch,
                owner,
                {},
                cursor
            );
            if (jobs.empty()) {
                return;
            }
            std::vector<Completion> completions(jobs.size());
            for (std::size_t i = 0; i < jobs.size(); ++i) {
                completions[i].job = &jobs[i];
            }
            const std::size_t lost =
                complete_many_if_mine(pool_, soon(), QueueSchema::current(), completions);
            done_ += jobs.size() - lost;
        }
    }

    const Options& options_;
    mysql::Pool pool_;
    std::atomic<std::size_t> done_ = 0;
    double client_cpu_us_ = 0;
};

void make_database(const Options& options) {
    mysql::Endpoint without = options.endpoint;
    without.database.clear();
    mysql::Connection server(without);
    server.execute_text(std::string("DROP DATABASE IF EXISTS ") + database);
    server.execute_text(std::string("CREATE DATABASE ") + database + " CHARACTER SET utf8mb4");
    mysql::Connection connection(options.endpoint);
    migrations::Schema shape(connection);
    for (const migrations::Migration& migration : migrations::queue_migrations()) {
        migration.up(shape);
    }
}

void run(const Options& options) {
    Json best = Json::object();
    const auto keep = [&](const char* name, double rate) {
        best[name] = std::max(best.value(name, 0.0), std::round(rate));
    };
    for (int round = 0; round < options.rounds; ++round) {
        make_database(options);
        Bench bench(options);
        keep("raw_enqueue_per_s", bench.fill_raw());
        keep("raw_drain_per_s", bench.drain_raw());
        best["raw_client_cpu_us"] = bench.client_cpu_us();
        if (options.raw_alone) {
            continue;
        }
        keep("enqueue_per_s", bench.fill(false));
        keep("drain_per_s", bench.drain_by_engine());
        best["client_cpu_us"] = bench.client_cpu_us();
        keep("enqueue_tracked_per_s", bench.fill(true));
        keep("drain_tracked_per_s", bench.drain_by_engine());
        best["tracked_client_cpu_us"] = bench.client_cpu_us();
    }
    std::cout << best.dump(2) << "\n";
}

} // namespace
} // namespace bgerp::queue

int main(int argc, char** argv) {
    try {
        bgerp::queue::Options options;
        options.endpoint.user = "root";
        options.endpoint.database = bgerp::queue::database;
        CLI::App app("The engine's drain against a bare loop's");
        app.add_option("--socket", options.endpoint.socket, "the server's socket")->required();
        app.add_option("--user", options.endpoint.user, "an account that may create databases");
        app.add_option("--jobs", options.jobs, "a multiple of 1,000");
        app.add_option("--threads", options.threads, "claimers");
        app.add_option("--batch", options.batch, "jobs a claim");
        app.add_option("--rounds", options.rounds, "the best of so many");
        app.add_flag("--raw", options.raw_alone, "the yardsticks alone");
        CLI11_PARSE(app, argc, argv);
        bgerp::queue::run(options);
        return 0;
    } catch (const std::exception& error) {
        std::cerr << error.what() << "\n";
        return 1;
    }
}
