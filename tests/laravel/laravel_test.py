#!/usr/bin/env python3
"""A real Laravel and bgerp on the same tables of one tenant, under the tenant's own account.

usage: laravel_test.py BUILD [unittest's words]
Laravel is Debian's php-laravel-framework; BGERP_TEST_PHP is the command that runs PHP (default
"php"), so that another version in a root of its own can be tried. Every run of a handler writes a
row into a ledger, which is what counts.
"""

import json
import os
import pathlib
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import unittest
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "chaos"))
from platform_under_test import Platform, wait_until  # noqa: E402

ORG = "acme"
PHP = shlex.split(os.environ.get("BGERP_TEST_PHP", "php"))
BUILD = pathlib.Path(".")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Laravel(unittest.TestCase):
    port = free_port()
    platform: Platform
    database: str
    tenant: str

    @classmethod
    def setUpClass(cls) -> None:
        cls.platform = Platform(BUILD, {
            "scheduler": {"housekeeping_s": 1, "tick_ms": 200},
            "server": {"port": cls.port},
        })
        cls.addClassCleanup(cls.platform.close, keep=False)
        folder = cls.platform.folder
        shutil.copytree(HERE / "app", folder / "app")
        shutil.copy(HERE / "write_ledger", folder)
        for name in ("bootstrap/cache", "storage/framework/cache", "storage/framework/views"):
            (folder / "app" / name).mkdir(parents=True)
        with cls.platform.config.open("a") as config:
            config.write('exec:\n  refuse: {command: [/bin/sh, -c, "exit 65"]}\n'
                         f"  ledger: {{command: [{folder}/write_ledger, {folder}]}}\n")
        cls.platform.cli("db", "start")
        cls.platform.cli("migrate", "core")
        cls.platform.cli("org", "create", ORG, "--modules", "base",
                         "--admin-email", "boss@acme.example")
        account = cls.platform.cli("org", "database", ORG)
        cls.tenant = account["database"]
        (folder / "database.json").write_text(json.dumps(account))
        cnf = folder / "client.cnf"
        cnf.touch(mode=0o600)
        cnf.write_text(f"[client]\nsocket={account['socket']}\nuser={account['user']}\n"
                       f"password={account['password']}\ndatabase={account['database']}\n")
        cls.platform.sql("CREATE TABLE ledger (id INT AUTO_INCREMENT PRIMARY KEY, uuid CHAR(36),"
                         " n INT NOT NULL, ran_by VARCHAR(20) NOT NULL)", cls.tenant)

    def setUp(self) -> None:
        self.sql("DELETE FROM ledger")
        self.processes: list[subprocess.Popen] = []
        for name in ("hang", "started.bgerp", "started.laravel"):
            (self.platform.folder / name).unlink(missing_ok=True)

    def tearDown(self) -> None:
        (self.platform.folder / "hang").unlink(missing_ok=True)
        for process in self.processes:
            self.kill(process)
        self.sql("DELETE FROM jobs")
        self.sql("DELETE FROM failed_jobs")

    def sql(self, statement: str) -> list[list[str]]:
        return self.platform.sql(statement, self.tenant)

    def number(self, expression: str) -> int:
        return int(self.sql("SELECT " + expression)[0][0])

    def environment(self) -> dict[str, str]:
        return {**os.environ, "BGERP_TEST_FOLDER": str(self.platform.folder)}

    def artisan(self, *words: str, ok: bool = True) -> str:
        command = [*PHP, str(self.platform.folder / "app/artisan"), "--no-ansi", *words]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False,
                              env=self.environment())
        if ok and done.returncode != 0:
            self.fail(f"{words} ended {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def start(self, *command: str) -> subprocess.Popen:
        with open(self.platform.folder / "processes.log", "ab") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True,
                                       env=self.environment())
        self.processes.append(process)
        return process

    def start_laravel(self) -> subprocess.Popen:
        return self.start(*PHP, str(self.platform.folder / "app/artisan"), "queue:work",
                          "--sleep=0.1", "--tries=5")

    def start_ours(self) -> subprocess.Popen:
        return self.start(str(BUILD / "worker/bgerp-worker"), "--config",
                          str(self.platform.config), "--concurrency", "2")

    def work_off(self) -> None:
        """Our worker until nothing can be reserved."""
        self.platform.cli("work", ORG, "--stop-when-empty")

    def laravel_work_off(self) -> None:
        self.artisan("queue:work", "--stop-when-empty", "--tries=1")

    def kill(self, process: subprocess.Popen) -> None:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def push(self, n: int, kind: str = "ledger", **more: object) -> str:
        return self.platform.cli("job", "push", ORG, kind, "--any-kind", "--args",
                                 json.dumps({"n": n, **more}))["uuid"]

    def ledger(self) -> list[tuple[int, str]]:
        return [(int(n), by) for n, by in self.sql("SELECT n, ran_by FROM ledger ORDER BY id")]

    def age_reservation(self, seconds: int) -> None:
        self.sql(f"UPDATE jobs SET reserved_at = reserved_at - {seconds}")

    def state(self, uuid: str) -> str:
        return self.platform.cli("job", "show", ORG, uuid)["state"]

    def keep_house_until(self, condition, what: str) -> None:
        scheduler = self.start(str(BUILD / "scheduler/bgerp-scheduler"), "--config",
                               str(self.platform.config))
        wait_until(condition, 60, what)
        self.kill(scheduler)

    def test_a_it_is_laravel_under_the_tenants_own_account(self) -> None:
        who = json.loads(self.artisan("test:whoami"))
        print(f"Laravel {who['laravel']} on PHP {who['php']}", file=sys.stderr)
        self.assertEqual(who["database"], self.tenant)
        account = json.loads((self.platform.folder / "database.json").read_text())
        self.assertEqual(who["user"].split("@")[0], account["user"])

    def test_our_worker_runs_what_laravel_pushes(self) -> None:
        self.artisan("test:push", "ledger", "1", "3")
        self.work_off()
        self.assertEqual(sorted(self.ledger()), [(1, "bgerp"), (2, "bgerp"), (3, "bgerp")])
        self.assertEqual(self.number("COUNT(*) FROM jobs"), 0)

    def test_what_laravel_delays_runs_when_it_is_due(self) -> None:
        self.artisan("test:later", "ledger", "7", "3600")
        self.work_off()
        self.assertEqual(self.ledger(), [])
        self.keep_house_until(lambda: self.number("COUNT(*) FROM job_delayed") == 1,
                              "the delayed job to be moved aside")
        self.sql("UPDATE job_delayed SET available_at = 1")
        self.work_off()
        self.assertEqual(self.ledger(), [(7, "bgerp")])

    def test_laravels_worker_runs_what_we_push(self) -> None:
        uuid = self.push(5)
        self.laravel_work_off()
        self.assertEqual(self.ledger(), [(5, "laravel")])
        self.assertEqual(self.number("COUNT(*) FROM jobs"), 0)
        self.keep_house_until(lambda: self.state(uuid) == "completed",
                              "the end of a job that Laravel ran")

    def test_a_job_that_laravel_puts_back_is_still_tracked(self) -> None:
        uuid = self.push(6, releases=True)
        self.artisan("queue:work", "--once")
        self.assertEqual(self.number("COUNT(*) FROM jobs WHERE flags = 0"), 1)
        self.keep_house_until(lambda: self.number("COUNT(*) FROM jobs WHERE flags = 1") == 1,
                              "the job to be known again")
        self.work_off()
        self.assertEqual(self.ledger(), [(6, "bgerp")])
        self.assertEqual(self.state(uuid), "completed")

    def test_what_fails_in_laravel_is_seen_and_retried_here(self) -> None:
        uuid = self.push(8, fails=True)
        self.artisan("queue:work", "--once", "--tries=1", ok=False)
        self.keep_house_until(lambda: self.state(uuid) == "failed",
                              "the failure of a job that Laravel ran")
        failed = self.platform.cli("failed", "show", ORG, uuid)
        self.assertIn("told to fail", json.dumps(failed))
        self.platform.cli("failed", "retry", ORG, uuid)
        self.work_off()
        self.assertEqual(self.ledger(), [(8, "bgerp")])
        self.assertEqual(self.state(uuid), "completed")

    def test_a_chain_goes_on_when_laravel_ran_its_link(self) -> None:
        uuid = self.platform.cli("job", "push", ORG, "ledger", "--any-kind", "--args",
                                 json.dumps({"n": 20}), "--then",
                                 "ledger " + json.dumps({"n": 21}))["uuid"]
        self.laravel_work_off()
        self.assertEqual(self.ledger(), [(20, "laravel")])
        self.keep_house_until(lambda: self.number("COUNT(*) FROM jobs") == 1, "the next link")
        self.assertEqual(self.state(uuid), "completed")
        self.work_off()
        self.assertEqual(self.ledger(), [(20, "laravel"), (21, "bgerp")])

    def test_our_failed_jobs_are_in_queue_failed_and_queue_retry_runs_them(self) -> None:
        uuids = [self.push(9, kind="refuse"), self.push(10, kind="refuse")]
        self.work_off()
        self.assertEqual(self.number("COUNT(*) FROM failed_jobs"), 2)
        listed = self.artisan("queue:failed")
        for uuid in uuids:
            self.assertIn(uuid, listed)
        self.assertIn("refuse", listed)
        self.artisan("queue:retry", uuids[0])
        self.laravel_work_off()
        self.assertEqual(self.ledger(), [(9, "laravel")])
        self.artisan("queue:forget", uuids[1])
        self.assertEqual(self.number("COUNT(*) FROM failed_jobs"), 0)

    def test_laravel_reads_our_batches(self) -> None:
        batch = self.make_batch([{"kind": "ledger", "args": {"n": n}} for n in (1, 2)]
                                + [{"kind": "refuse"}, {"kind": "ledger", "queue": "slow",
                                                        "args": {"n": 3}}])
        seen = json.loads(self.artisan("test:batch", batch))
        self.assertEqual((seen["name"], seen["totalJobs"], seen["pendingJobs"]), ("night", 4, 4))
        self.assertTrue(seen["options"]["allowFailures"])
        self.platform.cli("work", ORG, "--queues", "default", "--stop-when-empty")
        row = f"FROM job_batches WHERE id = '{batch}'"
        self.keep_house_until(lambda: self.number("pending_jobs " + row) == 1,
                              "the counters of an open batch")
        seen = json.loads(self.artisan("test:batch", batch))
        self.assertEqual((seen["pendingJobs"], seen["failedJobs"]), (1, 1))
        self.assertIsNone(seen["finishedAt"])
        self.artisan("queue:work", "--queue=slow", "--stop-when-empty")
        self.keep_house_until(
            lambda: self.number("finished_at IS NOT NULL " + row) == 1,
            "the end of a batch whose last member Laravel ran")
        seen = json.loads(self.artisan("test:batch", batch))
        self.assertEqual((seen["pendingJobs"], seen["failedJobs"]), (0, 1))
        self.assertIsNotNone(seen["finishedAt"])

    def make_batch(self, jobs: list[dict]) -> str:
        token = self.platform.cli("token", "create", ORG, "--account", "boss@acme.example",
                                  "--abilities", "jobs:*")["token"]
        server = self.start(str(BUILD / "server/bgerp-server"), "--config",
                            str(self.platform.config))
        wait_until(lambda: answers(self.port), 30, "the server to listen")
        body = json.dumps({"name": "night", "jobs": jobs, "allow_failures": True}).encode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/v1/batches", data=body, method="POST",
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            batch = json.load(answer)["id"]
        self.kill(server)
        return batch

    def test_both_workers_on_one_queue_run_each_job_once(self) -> None:
        jobs = 300
        self.artisan("test:push", "ledger", "1", str(jobs // 2))
        batch = self.make_batch([{"kind": "ledger", "args": {"n": n}}
                                 for n in range(jobs // 2 + 1, jobs + 1)])
        gate = self.hang()  # so that each has a job before anybody has done all of them
        self.start_ours()
        self.start_laravel()
        self.start_laravel()
        self.wait_for_start("bgerp")
        self.wait_for_start("laravel")
        gate.unlink()
        wait_until(lambda: self.number("COUNT(*) FROM jobs") == 0, 120, "the queue to be empty")
        self.assertEqual(self.number("COUNT(*) FROM ledger"), jobs)
        self.assertEqual(self.number("COUNT(DISTINCT n) FROM ledger"), jobs)
        for worker in ("bgerp", "laravel"):
            self.assertGreater(self.number(f"COUNT(*) FROM ledger WHERE ran_by = '{worker}'"), 0)
        self.keep_house_until(
            lambda: self.number(f"finished_at IS NOT NULL FROM job_batches WHERE id = '{batch}'")
            == 1, "the batch that both worked at")

    def hang(self) -> pathlib.Path:
        gate = self.platform.folder / "hang"
        gate.touch()
        return gate

    def wait_for_start(self, whose: str) -> None:
        mark = self.platform.folder / f"started.{whose}"
        wait_until(mark.exists, 60, f"a job to begin at {whose}'s worker")
        mark.unlink()

    def test_ours_takes_over_from_a_dead_laravel_worker(self) -> None:
        gate = self.hang()
        self.push(11)
        laravel = self.start_laravel()
        self.wait_for_start("laravel")
        self.kill(laravel)
        gate.unlink()
        self.work_off()
        self.assertEqual(self.ledger(), [], "it may still live: retry_after_s isn't over")
        self.age_reservation(91)
        self.work_off()
        self.assertEqual(self.ledger(), [(11, "bgerp")])

    def test_laravel_takes_over_from_ours_and_is_given_its_time(self) -> None:
        gate = self.hang()
        uuid = self.push(12)
        ours = self.start_ours()
        self.wait_for_start("bgerp")
        self.kill(ours)
        self.age_reservation(91)
        laravel = self.start_laravel()
        self.wait_for_start("laravel")
        # It doesn't renew and left our mark in the row: a lease of ours would be over by now.
        self.age_reservation(60)
        other = self.push(99, kind="noop")  # a claim comes by the row on its way to this one
        ours = self.start_ours()
        wait_until(lambda: self.state(other) == "completed", 60, "a job behind Laravel's")
        self.kill(ours)
        self.assertEqual(self.number("attempts FROM jobs"), 2)
        self.kill(laravel)
        gate.unlink()
        self.age_reservation(31)
        self.work_off()
        self.assertEqual(self.ledger(), [(12, "bgerp")])
        self.assertEqual(self.state(uuid), "completed")

    def test_laravel_never_takes_a_job_from_a_worker_that_lives(self) -> None:
        gate = self.hang()
        self.push(13)
        self.start_ours()
        self.wait_for_start("bgerp")
        self.age_reservation(91)  # renewed within a third of the lease
        wait_until(lambda: self.number("reserved_at > UNIX_TIMESTAMP() - 60 FROM jobs") == 1, 30,
                   "the lease to be renewed")
        self.laravel_work_off()
        gate.unlink()
        wait_until(lambda: self.number("COUNT(*) FROM jobs") == 0, 30, "the job's end")
        self.assertEqual(self.ledger(), [(13, "bgerp")])


if __name__ == "__main__":
    BUILD = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main()
