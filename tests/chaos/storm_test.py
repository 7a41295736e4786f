#!/usr/bin/env python3
"""Eight workers, four queues, all verbs mixed, and now and then a worker is killed.

Jobs that succeed, fail, are tried again, push others, make batches; people who push, cancel, pause,
resume and look meanwhile. In the end no deadlock has reached anybody, no batch is stuck, and every
job and every callback had its effect exactly once.

usage: storm_test.py BUILD_FOLDER [--seconds N] [--workers N] [--seed S]
"""

import argparse
import pathlib
import random
import re
import subprocess
import sys
import threading
import time

from ledger import Ledger
from platform_under_test import Platform, platform_for

QUEUES = ("q0", "q1", "q2", "q3")
KINDS = {  # weight and arguments
    "ledger": (50, {}), "plain": (15, {}), "parent": (10, {}), "second_try": (10, {}),
    "refuse": (5, {}), "batch": (6, {}), "batch_refused": (4, {"last": "refuse"}),
}
SETTINGS = {
    "database": {"connections_max": 400},
    "queue": {"lease_s": 4},
    "worker": {"sweep_ms": 200, "concurrency": 2},
    "scheduler": {"housekeeping_s": 1},
}


class Storm:
    def __init__(self, platform: Platform, rng: random.Random, workers: int):
        self.platform, self.rng = platform, rng
        self.ledger = Ledger(platform, "storm")
        self.over = threading.Event()
        self.complaints: list[str] = []
        self.workers = [self.start() for _ in range(workers)]
        self.pushed = self.kills = self.people = 0

    def start(self) -> subprocess.Popen:
        return self.platform.start_worker()

    def push(self) -> None:
        for kind, (weight, args) in KINDS.items():
            count = self.rng.randrange(weight)
            self.pushed += count
            self.ledger.push(kind.split("_refused")[0], count, f"{kind}{self.pushed}", QUEUES,
                             **args)

    def kill(self) -> None:
        victim = self.rng.randrange(len(self.workers))
        self.platform.kill_worker(self.workers[victim])
        self.workers[victim] = self.start()
        self.kills += 1

    def ask(self, rng: random.Random) -> None:
        """What people do meanwhile, at the command line, over and over."""
        while not self.over.is_set():
            queue = rng.choice(QUEUES)
            pushed = self.say("job", "push", "storm", "noop", "--queue", queue, "--delay",
                              rng.choice(["0s", "1s"]))
            self.say("job", "cancel", "storm", pushed.get("uuid", ""), also=4)
            self.say("queue", "pause", "storm", queue)
            self.say("queue", "stats", "storm")
            self.say("batch", "list", "storm")
            self.say("queue", "resume", "storm", queue)
            self.people += 6

    def say(self, *words: str, also: int = 0) -> dict:
        try:
            return self.platform.cli(*words, ok=(0, also), timeout=60)
        except AssertionError as error:
            self.complaints.append(str(error))
            return {}

    def run(self, seconds: float) -> None:
        asking = threading.Thread(target=self.ask, args=(random.Random(self.rng.random()),))
        asking.start()
        end = time.monotonic() + seconds
        next_kill = time.monotonic() + 1
        while time.monotonic() < end:
            if self.ledger.left() < 2000:
                self.push()
            if time.monotonic() > next_kill:
                self.kill()
                next_kill = time.monotonic() + self.rng.uniform(1, 3)
        self.over.set()
        asking.join()
        # A batch whose last member's worker died before it looked is found by the housekeeping.
        scheduler = self.platform.start("scheduler/bgerp-scheduler", log="scheduler.log")
        try:
            took = self.ledger.drained(60)
            self.ledger.wait_for(self.batches_finished, 30, "all batches to finish")
            self.ledger.drained(30)
        finally:
            self.platform.stop_worker(scheduler)
        print(f"{self.pushed} jobs and their children, {self.kills} kills, {self.people} commands; "
              f"drained {took:.1f} s after the last", flush=True)

    def batches_finished(self) -> bool:
        return self.ledger.number(
            "SELECT COUNT(*) FROM job_batches WHERE finished_at IS NULL") == 0

    def judge(self) -> None:
        for worker in self.workers:
            assert self.platform.stop_worker(worker) == 0, "a worker didn't end well"
        assert not self.complaints, self.complaints[:3]
        bad = [line for line in self.platform.log().splitlines()
               if re.search(r"database error (1213|1205|1020)\b|[Dd]eadlock|unexpectedly", line)]
        assert not bad, bad[:5]
        self.ledger.check()


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    with platform_for(options.build, SETTINGS) as platform:
        storm = Storm(platform, random.Random(options.seed), options.workers)
        storm.run(options.seconds)
        storm.judge()
    return 0


if __name__ == "__main__":
    sys.exit(main())
