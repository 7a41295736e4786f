#!/usr/bin/env python3
"""What can happen to the database under a worker and a scheduler that are never started again.

It is killed in the middle of commits, restarted under load, out of connections, and somebody holds
its rows in a transaction. Each ends in "and it recovers within N s", with the ledger equal. What
happens to single statements is in tests/conformance/statement_fault_test.cpp.

usage: database_faults_test.py BUILD_FOLDER [--kills N] [--hold SECONDS] [--seed S]
"""

import argparse
import pathlib
import random
import subprocess
import sys
import time

from ledger import Ledger
from platform_under_test import Platform, platform_for, wait_until

RECOVER_S = 20  # a few seconds, and what a busy machine takes

SETTINGS = {
    "database": {"lock_wait_timeout_s": 2, "connections_max": 30},
    "queue": {"lease_s": 2},
    "worker": {"sweep_ms": 100, "concurrency": 4},
    "scheduler": {"lease_s": 2, "tick_ms": 200},
}


class Faults:
    """One organization, one worker, one fault after another."""

    def __init__(self, platform: Platform, rng: random.Random, options: argparse.Namespace):
        self.platform, self.rng, self.options = platform, rng, options
        self.ledger = Ledger(platform, "bank")
        self.worker = platform.start_worker()
        platform.cli("schedule", "add", "bank", "tick", "--cron", "* * * * * *", "--kind", "noop",
                     "--queue", "ticks")
        self.scheduler = platform.start("scheduler/bgerp-scheduler", log="scheduler.log")
        self.rounds = 0

    def load(self, count: int) -> None:
        self.rounds += 1
        self.ledger.push("ledger", count, f"round{self.rounds}", ms=4)
        self.ledger.push("plain", count // 10, f"plain{self.rounds}")

    def progress(self) -> int:
        try:
            return self.ledger.booked()
        except AssertionError:  # no answer, no progress
            return -1

    def goes_on(self, what: str, seconds: float = RECOVER_S) -> None:
        """The worker works again within the time, without anybody's help."""
        before, began = self.progress(), time.monotonic()
        wait_until(lambda: self.progress() > before or self.ledger.left() == 0, seconds,
                   f"work to go on after {what}")
        print(f"{what}: works again after {time.monotonic() - began:.1f} s", flush=True)
        self.fires_again(what)

    def fires_again(self, what: str) -> None:
        """The scheduler, too, goes on by itself: its schedule of every second fires."""
        now = self.ledger.number("SELECT UNIX_TIMESTAMP()")
        self.ledger.wait_for(lambda: self.ledger.number(
            "SELECT COALESCE(MAX(UNIX_TIMESTAMP(last_run_at)), 0) FROM schedule") > now,
            RECOVER_S, f"the schedule to fire after {what}")

    def settle(self, what: str, seconds: float = 60) -> None:
        self.ledger.drained(seconds)
        self.ledger.check()
        assert self.worker.poll() is None, f"the worker ended by itself after {what}"

    def killed_in_commits(self) -> None:
        for number in range(self.options.kills):
            goal = self.progress() + self.rng.randrange(20, 300)  # of what is pushed now
            self.load(500)
            wait_until(lambda: self.progress() >= goal, 30, "work under way")
            self.platform.kill_database()
            self.platform.start_database()
            self.goes_on(f"kill {number + 1} in the middle of commits")
        self.settle("kills")

    def restarted(self) -> None:
        goal = self.progress() + 100  # of what is pushed now
        self.load(600)
        wait_until(lambda: self.progress() >= goal, 30, "work under way")
        self.platform.cli("db", "stop")
        time.sleep(2 * SETTINGS["queue"]["lease_s"])  # an outage longer than all leases
        self.platform.start_database()
        self.goes_on("an outage longer than the leases")
        self.settle("a restart")

    def connections_exhausted(self) -> None:
        self.load(1000)
        self.platform.sql("CREATE USER hog@localhost IDENTIFIED BY 'hog'")
        command = ["mariadb", "--no-defaults", f"--socket={self.platform.folder}/db/mysql.sock",
                   "-uhog", "-phog", "-e", "SELECT SLEEP(5)"]
        hogs: list[subprocess.Popen] = []

        def fill() -> int:
            hogs.extend(subprocess.Popen(command, stderr=subprocess.DEVNULL,
                                         stdout=subprocess.DEVNULL) for _ in range(15))
            return len(self.asked("SELECT ID FROM information_schema.PROCESSLIST"
                                  " WHERE USER = 'hog'"))

        wait_until(lambda: fill() > 0 and self.throw_out() and fill() >= 25, 30,
                   "all connections to be taken")
        late = self.platform.start_worker(log="late.log")
        for hog in hogs:
            hog.wait()
        self.goes_on("all connections taken for 5 s")
        # It may be told to end while it gives up by itself.
        code = self.platform.stop_worker(late)
        assert code in (0, 5), f"it may give up at its start, saying why; it ended with {code}"
        self.settle("exhausted connections")

    def throw_out(self) -> bool:
        """Ends all connections that aren't the hogs' or ours."""
        for (number,) in self.asked(
                "SELECT ID FROM information_schema.PROCESSLIST WHERE USER LIKE 'bgerp%'"):
            self.asked(f"KILL {number}")
        return True

    def asked(self, statement: str) -> list[list[str]]:
        """Nothing when there is no connection left for us either, or nothing to kill."""
        try:
            return self.platform.sql(statement)
        except AssertionError:
            return []

    def hold(self, statement: str, seconds: int) -> subprocess.Popen:
        """Somebody's transaction, open for some seconds, after `statement`."""
        client = subprocess.Popen([*self.platform.client(), "-n", self.ledger.database],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        client.stdin.write(f"START TRANSACTION WITH CONSISTENT SNAPSHOT; {statement};"
                           f" SELECT 'held'; SELECT SLEEP({seconds}); COMMIT;\n")
        client.stdin.close()
        while client.stdout.readline().strip() != "held":
            assert client.poll() is None, "the client ended"
        return client

    def waiting_rows_held(self) -> None:
        """Nobody waits for rows that somebody holds; they are done when they are free."""
        seconds = max(self.options.hold, 20)  # the others need one or two
        queue = "held"
        self.rounds += 1
        self.platform.cli("queue", "pause", "bank", queue)
        self.ledger.push("ledger", 200, f"round{self.rounds}", queues=(queue,))
        holder = self.hold("SELECT id FROM jobs WHERE queue = 'held'"
                           " ORDER BY priority, id LIMIT 100 FOR UPDATE", seconds)
        self.platform.cli("queue", "resume", "bank", queue)
        took = self.ledger.wait_for(lambda: self.ledger.left() <= 100, seconds - 1,
                                    "the others to be done meanwhile")
        assert holder.poll() is None, "done only when the transaction was over"
        print(f"rows held by a transaction: the others were done after {took:.1f} s", flush=True)
        holder.wait()
        self.settle("rows held by a transaction", RECOVER_S)

    def running_rows_held(self) -> None:
        """All slots' jobs have to wait with their ends, until they have tried for long enough."""
        tries = 10 * SETTINGS["database"]["lock_wait_timeout_s"]  # base/mysql/transaction.cpp
        self.rounds += 1
        go = self.platform.folder / "go"
        self.ledger.push("ledger", 4, f"round{self.rounds}", until=str(go))
        self.ledger.wait_for(lambda: self.ledger.held() == 4, 20, "four jobs in hand")
        holder = self.hold("SELECT id FROM jobs FOR UPDATE", self.options.hold)
        go.touch()
        self.load(200)
        self.goes_on("running jobs held by a transaction", tries + RECOVER_S)
        holder.wait()
        self.settle("running rows held", RECOVER_S)

    def old_snapshot(self) -> None:
        """An old read view keeps deleted rows in the way of every claim."""
        self.load(300)
        holder = self.hold("SELECT COUNT(*) FROM jobs", self.options.hold)
        took = self.ledger.drained(max(self.options.hold * 2, 30))
        print(f"under an old snapshot: 330 jobs in {took:.1f} s", flush=True)
        holder.wait()
        self.settle("an old snapshot")

    def run(self) -> None:
        self.killed_in_commits()
        self.restarted()
        self.connections_exhausted()
        self.waiting_rows_held()
        self.running_rows_held()
        self.old_snapshot()
        assert self.platform.stop_worker(self.scheduler) == 0
        assert self.platform.stop_worker(self.worker) == 0
        log = self.platform.log()
        assert "MaxAttemptsExceeded" not in log and "job failed" not in log


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--hold", type=int, default=60)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    with platform_for(options.build, SETTINGS) as platform:
        Faults(platform, random.Random(options.seed), options).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
