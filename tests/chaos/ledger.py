"""An organization whose jobs write to a ledger, and what must stand in it in the end.

The kinds are those of chaos_worker.cpp. Jobs are pushed as Laravel pushes them, with an INSERT of
the envelope, so that thousands cost one statement.
"""

import json
import time
import uuid as uuids

from platform_under_test import Platform, wait_until


class Ledger:
    """One organization: what was pushed, what it must come to, what it came to."""

    def __init__(self, platform: Platform, org: str):
        self.platform, self.org, self.database = platform, org, f"bgerp_t_{org}"
        self.once: list[str] = []       # must stand in the ledger exactly once
        self.at_least: list[str] = []   # once or more
        self.failing = 0                # jobs that must end in failed_jobs
        platform.cli("org", "create", org, "--name", org, "--modules", "base")
        self.sql("CREATE TABLE ledger (id BIGINT AUTO_INCREMENT PRIMARY KEY,"
                 " what VARCHAR(100) NOT NULL, attempt INT NOT NULL, KEY (what))")

    def sql(self, statement: str) -> list[list[str]]:
        return self.platform.sql(statement, self.database)

    def number(self, statement: str) -> int:
        return int(self.sql(statement)[0][0])

    def push(self, kind: str, count: int = 1, name: str = "", queues: tuple[str, ...] = ("default",),
             envelope: dict | None = None, **args: object) -> None:
        """`count` jobs named NAME.0, NAME.1 … spread over the queues."""
        rows = []
        for number in range(count):
            what = f"{name or kind}.{number}"
            queue = queues[number % len(queues)]
            payload = json.dumps({
                "uuid": str(uuids.uuid4()), "displayName": kind, "job": kind, "maxTries": 3,
                "backoff": [0], "data": {"what": what, "queue": queue, **args}, **(envelope or {})})
            rows.append((queue, payload))
            self.expect(kind, what, args)
        self.insert(rows)

    def expect(self, kind: str, what: str, args: dict) -> None:
        if kind in ("refuse", "loop", "crash"):
            self.failing += 1
        elif kind == "plain":
            self.at_least.append(what)
        else:
            self.once.append(what)
        if kind == "parent":
            self.once += [what + ":a", what + ":b"]
        if kind == "batch":
            refused = args.get("last") == "refuse"
            self.failing += 1 if refused else 0
            ends = [":catch"] if refused else [":then", ":3"]
            self.once += [what + end for end in [":1", ":2", ":finally", *ends]]

    def insert(self, rows: list[tuple[str, str]]) -> None:
        for start in range(0, len(rows), 500):
            values = ", ".join(
                f"('{queue}', x'{payload.encode().hex()}', 0, UNIX_TIMESTAMP(), UNIX_TIMESTAMP())"
                for queue, payload in rows[start:start + 500])
            self.sql("INSERT INTO jobs (queue, payload, attempts, available_at, created_at)"
                     f" VALUES {values}")

    def booked(self, pattern: str = "%") -> int:
        return self.number(f"SELECT COUNT(*) FROM ledger WHERE what LIKE '{pattern}'")

    def left(self) -> int:
        """Jobs still to be done, but for those that a schedule makes all the time."""
        return self.number("SELECT (SELECT COUNT(*) FROM jobs WHERE queue <> 'ticks')"
                           " + (SELECT COUNT(*) FROM job_delayed)")

    def held(self) -> int:
        return self.number("SELECT COUNT(*) FROM jobs WHERE reserved_at IS NOT NULL")

    def wait_for(self, condition, seconds: float, what: str) -> float:
        """Waits; returns how long it took."""
        began = time.monotonic()
        wait_until(condition, seconds, f"{what} in {self.org}")
        return time.monotonic() - began

    def drained(self, seconds: float) -> float:
        return self.wait_for(lambda: self.left() == 0, seconds, "all jobs to be done")

    def check(self) -> None:
        """Every job's effect is there, exactly as often as it must be; nothing is left over."""
        counts = {what: int(count) for what, count in self.sql(
            "SELECT what, COUNT(*) FROM ledger GROUP BY what")}
        wrong = [f"{what}: {counts.get(what, 0)} times" for what in self.once
                 if counts.get(what) != 1]
        lost = [what for what in self.at_least if what not in counts]
        strange = set(counts) - set(self.once) - set(self.at_least)
        assert not wrong, f"{self.org}: must have happened once: {wrong[:10]}"
        assert not lost, f"{self.org}: never happened: {lost[:10]}"
        assert not strange, f"{self.org}: nobody asked for {sorted(strange)[:10]}"
        assert self.left() == 0, f"{self.org}: {self.left()} jobs left"
        failed = self.number("SELECT COUNT(*) FROM failed_jobs")
        assert failed == self.failing, f"{self.org}: {failed} failed jobs, expected {self.failing}"
        stuck = self.number("SELECT COUNT(*) FROM job_batches WHERE finished_at IS NULL")
        assert stuck == 0, f"{self.org}: {stuck} batches never finished"
