#!/usr/bin/env python3
"""Queues side by side on this machine: ours, the raw loop, and those people use today.

usage: compare.py BUILD FOLDER [--jobs N] [--rounds N] [--latencies N] [--tenants N] [--write FILE]

Each round runs all of them in turn, each alone with its own freshly started server; the table holds
each figure's best round. Programs and data lie in FOLDER; interrupted, it stops what it started.
--write puts the table between the markers of a document.
"""

import argparse
import datetime
import json
import os
import pathlib
import signal
import subprocess
import sys

from document import write_between
from install import HERE, Programs
from servers import Platform, postgresql, redis

MARKER = "peers"
FIGURES = {"drain_per_s": max, "enqueue_per_s": max, "p50_ms": min, "p99_ms": min}
OURS = "bgerp"
RAW = "raw SQL loop"


class Comparison:
    def __init__(self, build: pathlib.Path, folder: pathlib.Path, options: argparse.Namespace):
        self.build = build
        self.options = options
        self.programs = Programs(folder)
        self.platform = Platform(build, folder / "ours")
        self.best: dict[str, dict[str, float]] = {}

    def last_line(self, command: list, more: dict[str, str]) -> dict:
        done = subprocess.run([str(word) for word in command], text=True, check=False,
                              stdout=subprocess.PIPE, env=self.programs.environment() | more)
        if done.returncode != 0:
            raise SystemExit(f"error: {command[1]} ended {done.returncode}")
        return json.loads(done.stdout.strip().splitlines()[-1])

    def keep(self, name: str, figures: dict) -> None:
        kept = self.best.setdefault(name, {})
        for figure, better in FIGURES.items():
            if figure in figures:
                value = figures[figure]
                kept[figure] = better(kept.get(figure, value), value)
        print(f"    {name}: {json.dumps(figures)}", flush=True)

    def node(self, name: str, script: str, more: dict[str, str]) -> None:
        jobs, latencies = self.options.jobs, self.options.latencies
        self.keep(name, self.last_line(
            [self.programs.find("node"), HERE / script, jobs, latencies], more))

    def raw_loop(self) -> None:
        done = subprocess.run(
            [self.build / "tests/bench/bench_raw_loop", "--socket", self.platform.socket,
             "--jobs", str(self.options.jobs), "--rounds", "1", "--raw"],
            capture_output=True, text=True, check=True)
        figures = json.loads(done.stdout)
        self.keep(RAW, {"drain_per_s": figures["raw_drain_per_s"],
                        "enqueue_per_s": figures["raw_enqueue_per_s"]})

    def laravel(self) -> None:
        self.platform.sql("CREATE OR REPLACE DATABASE bench_laravel")
        self.keep("Laravel 8, database queue", self.last_line(
            [*self.programs.php(), HERE / "laravel.php", self.options.laravel_jobs],
            {"PEER_SOCKET": str(self.platform.socket), "PEER_DATABASE": "bench_laravel",
             "PEER_USER": os.environ.get("USER", "root") if os.getuid() else "root"}))

    def ours(self) -> None:
        self.keep(OURS, json.loads(self.platform.run(
            "bench", "queue", "--jobs", str(self.options.jobs))))

    def our_latency(self) -> None:
        self.keep(OURS, json.loads(self.platform.run(
            "bench", "latency", "--jobs", str(self.options.latencies),
            "--tenants", str(self.options.tenants), "--keep")))

    def round(self) -> None:
        with self.platform.running():
            self.raw_loop()
        with postgresql(self.programs) as database:
            self.node("graphile-worker 0.17", "graphile_worker.js", {"PEER_DATABASE": database})
        with postgresql(self.programs) as database:
            self.node("pg-boss 10", "pg_boss.js", {"PEER_DATABASE": database})
        with redis(self.programs) as socket:
            self.node("BullMQ 6", "bullmq.js", {"PEER_SOCKET": socket})
        with self.platform.running():
            self.laravel()
        with self.platform.running():
            self.ours()
            self.our_latency()

    def table(self) -> str:
        peers = {name: row for name, row in self.best.items() if name not in (OURS, RAW)}
        ours, raw = self.best[OURS], self.best[RAW]
        lines = [f"Measured {datetime.date.today()} by `scripts/bench peers`, {self.options.jobs} "
                 f"jobs, best of {self.options.rounds} rounds in turn; latency of ours with "
                 f"{self.options.tenants} organizations.", "",
                 "| queue | drain, jobs/s | ours is | bulk enqueue, jobs/s | ours is "
                 "| add → start p50 / p99, ms |", "|---|---|---|---|---|---|"]
        for name, row in self.best.items():
            times = f"{row['p50_ms']:.2f} / {row['p99_ms']:.2f}" if "p50_ms" in row else "–"
            ratios = [f"{ours[figure] / row[figure]:.2f} ×" for figure in
                      ("drain_per_s", "enqueue_per_s")]
            lines.append(f"| {name} | {row['drain_per_s']:,.0f} | {ratios[0]} "
                         f"| {row['enqueue_per_s']:,.0f} | {ratios[1]} | {times} |")
        fastest = max(row["drain_per_s"] for row in peers.values())
        lines += ["", f"Drain: {ours['drain_per_s'] / raw['drain_per_s']:.2f} of the raw loop, "
                      f"{ours['drain_per_s'] / fastest:.1f} × the fastest peer. Enqueue: "
                      f"{ours['enqueue_per_s'] / raw['enqueue_per_s']:.2f} of raw multi-row INSERT."]
        return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--jobs", type=int, default=200_000)
    parser.add_argument("--laravel-jobs", type=int, default=3_000)
    parser.add_argument("--latencies", type=int, default=500)
    parser.add_argument("--tenants", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", type=pathlib.Path)
    options = parser.parse_args()
    for how in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(how, lambda *_: sys.exit(1))  # through the contexts, as ctrl-C does
    comparison = Comparison(options.build.resolve(), options.folder.resolve(), options)
    comparison.programs.install()
    for number in range(1, options.rounds + 1):
        print(f"==> Round {number} of {options.rounds}", flush=True)
        comparison.round()
    table = comparison.table()
    print(table)
    if options.write:
        write_between(options.write, MARKER, table)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
