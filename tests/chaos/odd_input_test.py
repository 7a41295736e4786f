#!/usr/bin/env python3
"""Payloads and clocks that nobody would send or set on purpose: nobody stops.

A payload of 16 MiB, binary junk, kinds that nobody knows, counts at their maximum, times beyond all
calendars; then the clock of the database and of the worker's host jumps an hour ahead and back. The
same worker goes on through all of it, and every good job between the bad ones is done once.

usage: odd_input_test.py BUILD_FOLDER
"""

import argparse
import glob
import json
import os
import pathlib
import signal
import sys
import uuid as uuids

from ledger import Ledger
from platform_under_test import Platform, platform_for

LEASE_S = 2
SETTINGS = {
    "database": {"buffer_pool_mib": 128},
    "queue": {"lease_s": LEASE_S, "payload_kib_max": 16384},
    "worker": {"sweep_ms": 100, "concurrency": 2},
}
HUGE = 2 ** 63 - 1


def junk() -> list[bytes]:
    """Payloads that can't be read, or name a kind that isn't there."""
    return [
        b"", b"\0\1\2\3", bytes(range(1, 128)), "\u2603 {".encode(), b"[]", b"null", b"42",
        b'"text"', b"{}", b'{"job": 7}', b'{"job": null}', b'{"job": ""}',
        b'{"job": "App\\\\Jobs\\\\Nobody"}', b'{"job": "noop", "data": ' + b"[" * 10000,
        b'{"job": "' + b"x" * 100000 + b'"}', b'{"uuid": "noop"} trailing',
        json.dumps({"job": "../../bin/sh"}).encode(),
    ]


def odd(what: str) -> list[dict]:
    """Envelopes that can be read and run, whatever their numbers say."""
    base = {"displayName": "ledger", "job": "ledger", "maxTries": 3}
    oddities: list[dict] = [
        {"timeout": HUGE}, {"timeout": -5}, {"timeout": "soon"}, {"backoff": HUGE},
        {"backoff": [HUGE, -HUGE]}, {"maxTries": HUGE}, {"maxTries": -1}, {"retryUntil": HUGE},
        {"maxExceptions": HUGE}, {"uuid": "not a uuid"}, {"uuid": "x" * 300}, {"tags": 7},
        {"batchId": "nowhere"}, {"exceptions": -HUGE}, {"pushedAt": "never"},
    ]
    return [{"uuid": str(uuids.uuid4()), **base, **one, "data": {"what": f"{what}.{number}"}}
            for number, one in enumerate(oddities)]


class Odd:
    def __init__(self, platform: Platform):
        self.platform = platform
        self.ledger = Ledger(platform, "odd")

    def good_between(self, name: str) -> None:
        self.ledger.push("ledger", 20, name)

    def insert(self, payload: bytes, more: str = "") -> None:
        columns, values = "", ""
        if more:
            columns, values = ", " + more.split("=")[0], ", " + more.split("=")[1]
        self.ledger.sql(
            f"INSERT INTO jobs (queue, payload, attempts, available_at, created_at{columns}) VALUES"
            f" ('default', x'{payload.hex()}', 0, UNIX_TIMESTAMP(), UNIX_TIMESTAMP(){values})")

    def payloads(self) -> None:
        self.good_between("first")
        for payload in junk():
            self.insert(payload)
            self.ledger.failing += 1
        self.good_between("second")
        for envelope in odd("odd"):
            self.ledger.once.append(envelope["data"]["what"])
            self.insert(json.dumps(envelope).encode())
        self.good_between("third")

    def failing_oddly(self) -> None:
        """The same numbers where they are used: when an attempt fails and is tried again."""
        for number, one in enumerate([{"backoff": HUGE}, {"backoff": [-HUGE]}, {"timeout": HUGE}]):
            envelope = {"uuid": str(uuids.uuid4()), "job": "second_try", "maxTries": 3, **one,
                        "data": {"what": f"late.{number}"}}
            self.insert(json.dumps(envelope).encode())
        self.ledger.wait_for(lambda: self.ledger.number("SELECT COUNT(*) FROM jobs") == 0, 20,
                             "the attempts to fail")
        self.ledger.sql("UPDATE job_delayed SET available_at = UNIX_TIMESTAMP()")
        self.ledger.once += [f"late.{number}" for number in range(3)]

    def counts(self) -> None:
        """Attempts and rescues at the most that their columns hold."""
        for number, more in enumerate(["priority=-32768", "priority=32767", "flags=3"]):
            envelope = {"uuid": str(uuids.uuid4()), "job": "ledger",
                        "data": {"what": f"limit.{number}"}}
            self.ledger.once.append(f"limit.{number}")
            self.insert(json.dumps(envelope).encode(), more)
        for column in ("attempts", "rescues", "interruptions"):
            self.ledger.sql("INSERT INTO jobs (queue, payload, available_at, created_at, attempts,"
                            f" {'reserved_by' if column == 'attempts' else column}) VALUES"
                            f""" ('default', '{{"job":"noop"}}', 1, 1, 65535, 65535)""")
        # Tried too often; too many dead workers; the third, whose attempts all were interruptions,
        # is done.
        self.ledger.failing += 2

    def large(self) -> None:
        """16 MiB, and several of them among small ones."""
        for number in range(3):
            what = f"large.{number}"
            envelope = {"uuid": str(uuids.uuid4()), "job": "ledger",
                        "data": {"what": what, "ballast": "x" * (16 * 1024 * 1024 - 300)}}
            self.ledger.once.append(what)
            self.insert(json.dumps(envelope).encode())
            self.good_between(f"beside{number}")

    def run(self, worker) -> None:
        for step in (self.payloads, self.failing_oddly, self.counts, self.large):
            step()
            self.ledger.drained(60)
            assert worker.poll() is None, f"the worker stopped after {step.__name__}"
            print(f"{step.__name__}: the worker goes on", flush=True)
        self.ledger.check()


class Clock:
    """A clock that tests set: what is in the file is added to the time of whoever is started with
    it."""

    def __init__(self, platform: Platform, name: str, library: str):
        self.file = platform.folder / f"{name}.clock"
        self.set("+0")
        self.environment = {
            "LD_PRELOAD": library, "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}

    def set(self, offset: str) -> None:
        fresh = self.file.with_suffix(".new")
        fresh.write_text(offset + "\n")
        fresh.rename(self.file)


def clocks_jump(platform: Platform, library: str) -> None:
    database, host = Clock(platform, "database", library), Clock(platform, "host", library)
    platform.cli("db", "stop")
    os.environ.update(database.environment)
    platform.start_database()
    for name in database.environment:
        del os.environ[name]
    ledger = Ledger(platform, "clock")
    began = ledger.number("SELECT UNIX_TIMESTAMP()")
    workers = [platform.start_worker("clock", environment=host.environment) for _ in range(2)]
    for whose, clock in (("database", database), ("host", host)):
        for number, offset in enumerate(("+3600", "+0", "-3600", "+0")):
            be_busy(ledger, f"{whose}{number}before")
            clock.set(offset)
            if offset == "+0" and whose == "database":
                shown = ledger.number("SELECT UNIX_TIMESTAMP()") - began
                assert shown < 600, f"the clock wasn't put back: {shown}"
            # What waits for a time that the jump moved away is due when that time comes; here at
            # once.
            ledger.sql("UPDATE jobs SET available_at = 1 WHERE reserved_at IS NULL;"
                       "UPDATE job_delayed SET available_at = 1")
            ledger.push("ledger", 20, f"{whose}{number}after")
            took = ledger.drained(60)  # and not when the hour is over
            print(f"the {whose}'s clock at {offset} s: done after {took:.1f} s", flush=True)
    dead_before_a_jump(platform, ledger, database, workers)
    for worker in workers:
        assert platform.stop_worker(worker) == 0, "a worker stopped"
    ledger.check()


def be_busy(ledger: Ledger, name: str) -> None:
    """Jobs are in hand: more of them are pushed when all were done before anybody looked."""
    pushed = 0

    def busy() -> bool:
        nonlocal pushed
        if ledger.held() > 0:
            return True
        if ledger.left() == 0:
            pushed += 1
            ledger.push("ledger", 50, f"{name}.{pushed}", ms=20)
        return False

    ledger.wait_for(busy, 60, "work under way")


def dead_before_a_jump(platform: Platform, ledger: Ledger, clock: Clock, workers: list) -> None:
    """A dead worker's lease lies in the future: it must not be waited for."""
    go = platform.folder / "clock.go"
    clock.set("+3600")
    ledger.push("ledger", 4, "orphan", until=str(go))
    ledger.wait_for(lambda: ledger.held() == 4, 60, "all jobs in hand")
    workers[0].send_signal(signal.SIGSTOP)
    platform.kill_worker(workers.pop(0))
    clock.set("+0")
    ledger.sql("UPDATE jobs SET available_at = 1")
    go.touch()
    took = ledger.drained(30)  # twice the lease and a busy machine, and not an hour
    print(f"orphans with leases an hour ahead: done after {took:.1f} s", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    options = parser.parse_args()
    with platform_for(options.build, SETTINGS) as platform:
        worker = platform.start_worker("odd")
        Odd(platform).run(worker)
        assert platform.stop_worker(worker) == 0
        libraries = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
        if libraries:
            clocks_jump(platform, libraries[0])
        else:
            print("SKIPPED the clocks: the package libfaketime isn't installed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
