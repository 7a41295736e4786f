#!/usr/bin/env python3
"""Two schedulers, the one that leads killed (-9) at random moments: every tick exactly once.

usage: scheduler_test.py BUILD [--kills N] [--seed N]
Schedules of every second, of every two seconds and in a zone of its own run throughout. Each job is
tagged with the run that it is for; the tags are the ledger: without a gap, none twice. Two
schedulers are always there: whoever is killed is started again.
"""

import argparse
import datetime
import pathlib
import random
import time

from platform_under_test import Platform, platform_for, wait_until

ORG = "acme"
SCHEDULES = {"each_second": ("* * * * * *", 1), "each_other": ("*/2 * * * * *", 2),
             "each_third": ("1/3 * * * * *", 3)}


class SchedulerChaos:
    def __init__(self, platform: Platform, dice: random.Random):
        self.platform = platform
        self.dice = dice
        self.database = f"bgerp_t_{ORG}"
        self.running: dict[int, tuple] = {}
        self.started = 0

    def set_up(self) -> None:
        cli = self.platform.cli
        cli("org", "create", ORG, "--modules", "base")
        for name, (cron, _) in SCHEDULES.items():
            cli("schedule", "add", ORG, name, "--cron", cron, "--kind", "noop",
                "--overlap", "allow", "--time-zone", "Australia/Lord_Howe")

    def start(self) -> None:
        self.started += 1
        log = f"scheduler.{self.started}.log"
        process = self.platform.start("scheduler/bgerp-scheduler", log=log)
        self.running[self.started] = (process, log)

    def leader(self) -> int | None:
        for number, (_, log) in self.running.items():
            text = self.platform.log(log)
            if text.count("this scheduler leads") > text.count("no longer leads"):
                return number
        return None

    def fired(self) -> int:
        return int(self.platform.sql("SELECT COUNT(*) FROM job_run", self.database)[0][0])

    def kill(self, number: int) -> None:
        process, _ = self.running.pop(number)
        self.platform.kill_worker(process)

    def kill_leader_at_random(self, kills: int) -> None:
        for _ in range(2):
            self.start()
        for number in range(kills):
            before = self.fired()
            wait_until(lambda: self.leader() is not None, 30, "a leader")
            wait_until(lambda: self.fired() > before, 30, f"a tick before kill {number + 1}")
            time.sleep(self.dice.uniform(0, 1.5))  # anywhere between two ticks
            leader = self.leader()
            self.kill(leader if leader is not None else next(iter(self.running)))
            self.start()
        before = self.fired()
        wait_until(lambda: self.fired() > before + 10, 30, "ticks after the last kill")
        for number in list(self.running):
            self.kill(number)

    def check(self) -> None:
        rows = self.platform.sql("SELECT tags FROM job_run", self.database)
        for name, (_, step) in SCHEDULES.items():
            runs = sorted(at(tags[0]) for tags in rows if f'"schedule:{name}"' in tags[0])
            assert runs, f"{name} never ran"
            wanted = list(range(runs[0], runs[-1] + 1, step))
            twice = [run for run in set(runs) if runs.count(run) > 1]
            assert not twice, f"{name} ran twice at {twice}"
            missing = sorted(set(wanted) - set(runs))
            assert runs == wanted, f"{name} left out {missing}"
            print(f"{name}: {len(runs)} ticks in {runs[-1] - runs[0]} s, each once")


def at(tags: str) -> int:
    run = tags.split('"run:')[1].split('"')[0]
    return int(datetime.datetime.fromisoformat(run.replace("Z", "+00:00")).timestamp())


def main() -> None:
    words = argparse.ArgumentParser()
    words.add_argument("build", type=pathlib.Path)
    words.add_argument("--kills", type=int, default=20)
    words.add_argument("--seed", type=int, default=random.SystemRandom().getrandbits(32))
    options = words.parse_args()
    print(f"seed {options.seed}", flush=True)
    with platform_for(options.build, {"scheduler": {"lease_s": 3, "tick_ms": 100}}) as platform:
        chaos = SchedulerChaos(platform, random.Random(options.seed))
        chaos.set_up()
        chaos.kill_leader_at_random(options.kills)
        chaos.check()


if __name__ == "__main__":
    main()
