#!/usr/bin/env python3
"""Everything that can happen to a worker, while it idles and while it is busy.

Each case has an organization and workers of its own and they run side by side. Whatever happens to
the worker, in the end no job is lost, those that end in their own transaction had their effect
exactly once (the ledger says so), and a dead worker's jobs ran again within twice the lease.

usage: kill_matrix_test.py BUILD_FOLDER [--rounds N] [--only NAME]
"""

import argparse
import concurrent.futures
import dataclasses
import os
import pathlib
import signal
import subprocess
import sys
import time
import traceback

from ledger import Ledger
from platform_under_test import Platform, TooLate, wait_until

LEASE_S = 5  # a worker that a busy machine holds up for a few seconds keeps its jobs
SLACK_S = 5  # a sweep, a transaction and a busy machine
STOP_S = 10  # a worker in a hurry: 3 s for handlers, and what the machine takes

SETTINGS = {
    "queue": {"lease_s": LEASE_S, "rescues_max": 2},
    "worker": {"sweep_ms": 100, "concurrency": 4, "shutdown_grace_s": 20},
    "exec": {"crash": {"command": ["/bin/sh", "-c", "kill -SEGV $$"]}},
}


class Case:
    """One organization, its first worker (the victim) and those that come after it."""

    def __init__(self, platform: Platform, org: str):
        self.platform, self.org, self.ledger = platform, org, Ledger(platform, org)
        self.go = platform.folder / f"{org}.go"
        self.victim: subprocess.Popen

    def start(self, **environment: str) -> subprocess.Popen:
        return self.platform.start_worker(
            self.org, log=f"{self.org}.log", environment={
                f"BGERP_{name.upper()}": value for name, value in environment.items()})

    def idle(self, **environment: str) -> None:
        """The victim has worked and has nothing to do."""
        self.victim = self.start(**environment)
        self.ledger.push("ledger", 20, "before")
        self.ledger.drained(30)

    def busy(self, **environment: str) -> None:
        """The victim is in the middle of many short jobs of both kinds."""
        self.ledger.push("ledger", 400, "many", ms=5)
        self.ledger.push("plain", 100)
        self.victim = self.start(**environment)
        self.ledger.wait_for(lambda: self.ledger.booked() > 30, 30, "the worker to be busy")

    def holding(self, deaf: bool = False, **environment: str) -> None:
        """The victim has four jobs in hand that wait for `go`."""
        self.ledger.push("ledger", 4, "held", until=str(self.go), deaf=deaf)
        self.victim = self.start(**environment)
        self.ledger.wait_for(lambda: self.ledger.held() == 4, 30, "four jobs in hand")

    def finish(self) -> None:
        """Another worker does what is left; then the accounts must be right."""
        self.go.touch()
        self.ledger.push("ledger", 5, "after")
        heir = self.start()
        self.ledger.drained(40)
        assert self.platform.stop_worker(heir) == 0, "the next worker didn't end well"
        self.ledger.check()

    def send(self, *signals: int) -> None:
        for number in signals:
            self.victim.send_signal(number)

    def freeze(self) -> None:
        """Stops the victim; returns when none of its threads runs any more."""
        self.send(signal.SIGSTOP)
        os.waitid(os.P_PID, self.victim.pid, os.WSTOPPED)

    def stops_well(self, seconds: float) -> None:
        code = self.platform.ended(self.victim, seconds)
        assert code == 0, f"the worker ended with {code}"

    def says(self, text: str) -> bool:
        return text in self.platform.log(f"{self.org}.log")


def asked_to_end(number: int):
    def idle(case: Case) -> None:
        case.idle()
        case.send(number)
        case.stops_well(STOP_S)

    def busy(case: Case) -> None:
        case.busy()
        case.send(number)
        case.stops_well(STOP_S)
        assert case.ledger.held() == 0, "a worker that ended well left reservations"
        attempts = case.ledger.number("SELECT COALESCE(MAX(attempts), 0) FROM jobs")
        assert attempts == 0, "what it gave back has an attempt less, not one spent"

    return idle, busy


def lets_jobs_finish(case: Case) -> None:
    case.holding()
    case.send(signal.SIGTERM)
    wait_until(lambda: case.says("worker stops"), 20, "the worker to stop")
    case.go.touch()
    case.stops_well(STOP_S)
    assert case.ledger.booked("held.%") == 4, "its running jobs were to finish"


def asked_twice(deaf: bool):
    def holding(case: Case) -> None:
        case.holding(deaf)
        case.send(signal.SIGTERM)
        wait_until(lambda: case.says("worker stops"), 20, "the worker to stop")
        case.send(signal.SIGTERM)
        case.stops_well(STOP_S)
        assert case.ledger.held() == 0, "running jobs were to be given back"
        assert case.ledger.number("SELECT MAX(attempts) FROM jobs") == 0, "without an attempt spent"
        assert case.ledger.booked() == 0

    return holding


def idle_asked_twice(case: Case) -> None:
    case.idle()
    case.send(signal.SIGTERM)
    case.send(signal.SIGINT)
    case.stops_well(STOP_S)


def idle_killed(case: Case) -> None:
    case.idle()
    case.platform.kill_worker(case.victim)


def busy_killed(case: Case) -> None:
    case.busy()
    case.platform.kill_worker(case.victim)


def killed_holding(case: Case) -> None:
    """Its jobs run again within twice the lease, by a worker that was there all the time."""
    case.holding()
    heir = case.start()
    case.freeze()
    case.go.touch()  # whoever begins them from now on ends at once
    case.platform.kill_worker(case.victim)
    took = case.ledger.drained(2 * LEASE_S + SLACK_S)
    print(f"{case.org}: run again after {took:.1f} s (lease {LEASE_S} s)", flush=True)
    assert case.platform.stop_worker(heir) == 0


def memory_passed(busy: bool):
    def run(case: Case) -> None:
        if busy:
            case.ledger.push("ledger", 300, "many", ms=5)
        case.ledger.push("hog", 1, mib=300)
        case.victim = case.start(worker_memory_mib_max="200")
        case.stops_well(30)
        assert case.says("memory passed the limit")
        assert case.ledger.held() == 0, "it was to end in good order"

    return run


def handler_aborts(case: Case) -> None:
    case.ledger.push("ledger", 100, "many", ms=5)
    case.ledger.push("abort", 1, mark=str(case.platform.folder / f"{case.org}.mark"))
    case.victim = case.start()
    code = case.platform.ended(case.victim, 30)
    assert code == -signal.SIGABRT, f"ended with {code}"


def handler_always_aborts(case: Case) -> None:
    """It takes a worker with it each time, until it counts as poison."""
    case.ledger.push("abort", 1)
    case.ledger.once.clear()
    case.ledger.failing = 1
    deaths = 0
    while case.ledger.left() > 0:
        case.victim = case.start()
        wait_until(lambda: case.victim.poll() is not None or case.ledger.left() == 0,
                   4 * LEASE_S, "the worker to die or the job to be given up")
        if case.victim.poll() is None:
            assert case.platform.stop_worker(case.victim) == 0
        else:
            case.platform.ended(case.victim)
            deaths += 1
    assert deaths == 3, f"{deaths} workers died of it, rescues_max is 2"
    error = case.ledger.sql("SELECT exception FROM failed_jobs")[0][0]
    assert "poison" in error, error


def program_dies(case: Case) -> None:
    case.ledger.push("ledger", 50, "many")
    case.ledger.push("crash", 3)
    case.victim = case.start()
    case.ledger.drained(30)
    error = case.ledger.sql("SELECT exception FROM failed_jobs")[0][0]
    assert "signal 11" in error, error
    assert case.platform.stop_worker(case.victim) == 0, "a program's death is not the worker's"


def handler_loops(case: Case) -> None:
    case.ledger.push("loop", 1, envelope={"timeout": 1, "maxTries": 1})
    case.ledger.push("ledger", 50, "many", ms=5)
    case.victim = case.start(worker_overrun_s="1", worker_shutdown_grace_s="1")
    case.stops_well(30)
    assert case.says("a handler doesn't come back")
    error = case.ledger.sql("SELECT exception FROM failed_jobs")[0][0]
    assert "timeout" in error, error


def frozen_idle(case: Case) -> None:
    case.idle()
    case.freeze()
    case.ledger.push("ledger", 10, "meanwhile")
    heir = case.start()
    case.ledger.drained(20)
    case.send(signal.SIGCONT)
    assert case.platform.stop_worker(heir) == 0
    case.ledger.push("ledger", 10, "awake")
    case.ledger.drained(20)
    assert case.platform.stop_worker(case.victim) == 0


def frozen_holding(case: Case) -> None:
    """It sleeps beyond its lease; what it finishes after waking is refused."""
    case.holding()
    case.freeze()
    case.go.touch()
    heir = case.start()
    case.ledger.drained(2 * LEASE_S + SLACK_S)
    assert case.platform.stop_worker(heir) == 0
    assert case.ledger.booked("held.%") == 4
    case.send(signal.SIGCONT)
    case.ledger.push("ledger", 10, "awake")
    case.ledger.drained(20)
    assert case.platform.stop_worker(case.victim) == 0, "the sleeper goes on as if nothing was"
    assert case.ledger.booked("held.%") == 4, "a late end took effect"


def frozen_in_transaction(case: Case) -> None:
    """The same with effect and end written and the COMMIT still to come."""
    mark = case.platform.folder / f"{case.org}.mark"
    case.ledger.push("hold", 1, until=str(case.go), mark=str(mark))
    case.victim = case.start(database_read_timeout_s="3")
    wait_until(mark.exists, 20, "the job to hold")
    case.freeze()
    case.go.touch()
    heir = case.start()
    took = case.ledger.drained(3 + 2 * LEASE_S + SLACK_S)
    print(f"{case.org}: its row was free and run again after {took:.1f} s", flush=True)
    assert case.platform.stop_worker(heir) == 0
    case.send(signal.SIGCONT)
    case.ledger.push("ledger", 10, "awake")
    case.ledger.drained(20)
    assert case.platform.stop_worker(case.victim) == 0


def frozen_busy(case: Case) -> None:
    case.busy()
    case.freeze()
    time.sleep(LEASE_S + 1)  # the point is to sleep beyond the lease
    heir = case.start()
    case.send(signal.SIGCONT)
    case.ledger.drained(40)
    assert case.platform.stop_worker(heir) == 0
    assert case.platform.stop_worker(case.victim) == 0


CASES = {
    "idle_term": asked_to_end(signal.SIGTERM)[0],
    "busy_term": asked_to_end(signal.SIGTERM)[1],
    "holding_term": lets_jobs_finish,
    "idle_term_twice": idle_asked_twice,
    "busy_term_twice": asked_twice(deaf=False),
    "deaf_term_twice": asked_twice(deaf=True),
    "idle_int": asked_to_end(signal.SIGINT)[0],
    "busy_int": asked_to_end(signal.SIGINT)[1],
    "idle_kill": idle_killed,
    "busy_kill": busy_killed,
    "holding_kill": killed_holding,
    "idle_memory": memory_passed(busy=False),
    "busy_memory": memory_passed(busy=True),
    "handler_aborts": handler_aborts,
    "handler_poison": handler_always_aborts,
    "program_dies": program_dies,
    "handler_loops": handler_loops,
    "idle_frozen": frozen_idle,
    "busy_frozen": frozen_busy,
    "holding_frozen": frozen_holding,
    "commit_frozen": frozen_in_transaction,
}


@dataclasses.dataclass
class Ended:
    """How a case went; no error means well."""

    name: str
    error: str = ""
    late: bool = False  # nothing went wrong but the time


def run(platform: Platform, name: str, org: str) -> Ended:
    case = None
    try:
        case = Case(platform, org)
        CASES[name](case)
        case.finish()
        return Ended(name)
    except Exception as error:  # pylint: disable=broad-except  # its failure is not the others'
        words = platform.log(f"{case.org}.log").splitlines()[-15:] if case else []
        text = "\n".join([f"{name} FAILED", traceback.format_exc(), *words])
        return Ended(name, text, isinstance(error, TooLate))


def run_round(platform: Platform, names: list[str], number: int) -> list[str]:
    """All cases side by side; who was late gets the machine for itself before it counts."""
    with concurrent.futures.ThreadPoolExecutor(max_workers=5) as pool:
        runs = [pool.submit(run, platform, name, f"{name}_{number}") for name in names]
        ended = [one.result() for one in runs]
    failures = []
    for case in ended:
        if case.late:
            print(f"late beside others, once more alone: {case.error}", flush=True)
            case = run(platform, case.name, f"{case.name}_{number}_alone")
        if case.error:
            failures.append(case.error)
    return failures


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    names = [name for name in CASES if options.only in name]
    platform = Platform(options.build.resolve(), SETTINGS, "tests/chaos/chaos_worker")
    failures: list[str] = []
    try:
        platform.start_database()
        platform.cli("migrate", "core")
        for round_number in range(options.rounds):
            failures += run_round(platform, names, round_number)
    finally:
        print("\n\n".join(failures))
        platform.close(keep=bool(failures))
    print(f"{options.rounds * len(names)} cases, {len(failures)} failed, machine of "
          f"{os.cpu_count()} cores")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
