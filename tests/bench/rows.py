#!/usr/bin/env python3
"""What the queue must reach, row by row: each figure beside its yardstick, taken in the same run.

usage: rows.py BUILD FOLDER ROW… [--rounds N] [--minutes N] [--write FILE]

ROW is drain, tenants, enqueue, idle, claims, fairness, limits, soak or all. Each row runs on a private
database in FOLDER that is started and stopped for it. --write puts the table of the rows that were
measured between the markers of a document.
"""

import argparse
import datetime
import json
import pathlib
import signal
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent / "peers"))

from document import write_between  # noqa: E402: beside the peers
from servers import Platform  # noqa: E402

MARKER = "rows"
JOBS = 200_000


class Rows:
    def __init__(self, build: pathlib.Path, platform: Platform, options: argparse.Namespace):
        self.build = build
        self.platform = platform
        self.options = options
        self.lines: list[str] = []

    def bench(self, *words: object) -> dict:
        figures = json.loads(self.platform.run("bench", *map(str, words)))
        print(f"    bench {' '.join(map(str, words))}: {json.dumps(figures)}", flush=True)
        return figures

    def raw(self) -> dict:
        done = subprocess.run(
            [self.build / "tests/bench/bench_raw_loop", "--socket", self.platform.socket,
             "--jobs", str(JOBS), "--rounds", "1", "--raw"],
            capture_output=True, text=True, check=True)
        figures = json.loads(done.stdout)
        print(f"    raw loop: {json.dumps(figures)}", flush=True)
        return figures

    def add(self, what: str, figure: str, wanted: str, reached: bool) -> None:
        self.lines.append(f"| {what} | {figure} | {wanted} | {'yes' if reached else 'no'} |")
        print(self.lines[-1], flush=True)

    def best(self, measure, figure: str) -> float:
        return max(measure()[figure] for _ in range(self.options.rounds))

    def drain(self) -> None:
        raw = ours = 0.0
        for _ in range(self.options.rounds):  # in turn: the machine's mood hits both
            raw = max(raw, self.raw()["raw_drain_per_s"])
            ours = max(ours, self.bench("queue", "--jobs", JOBS)["drain_per_s"])
        self.add("drain, 1 tenant, 200,000 jobs", f"{ours:,.0f}/s, {ours / raw:.2f} of the raw "
                 f"loop's {raw:,.0f}/s", "0.80", ours >= 0.8 * raw)

    def enqueue(self) -> None:
        raw = ours = 0.0
        for _ in range(self.options.rounds):
            raw = max(raw, self.raw()["raw_enqueue_per_s"])
            ours = max(ours, self.bench("queue", "--jobs", JOBS)["enqueue_per_s"])
        self.add("bulk enqueue", f"{ours:,.0f}/s, {ours / raw:.2f} of raw multi-row INSERT's "
                 f"{raw:,.0f}/s", "0.80", ours >= 0.8 * raw)

    def tenants(self) -> None:
        one = self.best(lambda: self.bench("queue", "--jobs", JOBS), "drain_per_s")
        many = self.bench("queue", "--jobs", JOBS, "--tenants", 1000, "--keep")["drain_per_s"]
        self.add("drain, 1,000 tenants × 200 jobs", f"{many:,.0f}/s, {many / one:.2f} of one "
                 f"tenant's {one:,.0f}/s", "0.80", many >= 0.8 * one)

    def idle(self) -> None:
        few = self.bench("idle", "--tenants", 1000, "--keep")
        self.add("idle worker, 1,000 tenants",
                 f"{few['cpu_percent']:.1f} % of a core, {few['statements_per_s']:.0f} "
                 f"statements/s, {few['resident_mib']:.0f} MiB", "2 %, 20/s, 64 MiB",
                 few["cpu_percent"] <= 2 and few["statements_per_s"] <= 20
                 and few["resident_mib"] <= 64)
        many = self.bench("idle", "--tenants", 5000, "--keep")
        names = ("cpu_percent", "statements_per_s", "resident_mib")
        ratios = [many[name] / few[name] for name in names]
        self.add("the same, 5,000 tenants",
                 f"{many['cpu_percent']:.1f} %, {many['statements_per_s']:.0f}/s, "
                 f"{many['resident_mib']:.0f} MiB: " + ", ".join(f"{r:.1f} ×" for r in ratios),
                 "less than 2 ×", max(ratios) < 2)

    def claims(self) -> None:
        runs = [self.bench("claims") for _ in range(self.options.rounds)]
        few, many, delayed = (max(run[name] for run in runs) for name in (
            "claims_per_s_with_1000", "claims_per_s", "claims_per_s_with_delayed"))
        self.add("claim rate, backlog 1,000 → 1,000,000, and 100,000 delayed jobs beside it",
                 f"{many / few:.2f}, {delayed / few:.2f} of {few:,}/s",
                 "within 10 %", min(many, delayed) >= 0.9 * few)

    def fairness(self) -> None:
        for queues in (1, 100):
            figures = self.bench("fairness", "--queues", queues)
            more = figures["busy_p99_ms"] - figures["idle_p99_ms"]
            kept = figures["heavy_beside_per_s"] / figures["heavy_alone_per_s"]
            fair = 1 - figures["light_use"]
            self.add(f"99 tenants with a job a second beside 1,000,000 jobs in {queues} "
                     f"queue{'s' if queues > 1 else ''}",
                     f"light ones' wait p99 {figures['busy_p99_ms']:.1f} ms, "
                     f"{figures['idle_p99_ms']:.1f} idle; heavy one "
                     f"{figures['heavy_beside_per_s']:,}/s, {figures['heavy_alone_per_s']:,}/s "
                     f"alone: {kept:.2f}, where the light ones alone take "
                     f"{figures['light_use']:.0%} of the machine",
                     "+ 20 ms; the heavy one loses what the light ones use (within 5 %)",
                     more <= 20 and kept >= 0.95 * fair)

    def limits(self) -> None:
        runs = [self.bench("limits") for _ in range(self.options.rounds)]
        ratios = [run["ratio"] for run in runs]
        best = max(runs, key=lambda run: run["limited_drain_per_s"])
        self.add(f"{best['jobs']:,} jobs with limits (2 at one time and 200 a second) on "
                 f"{best['keys']:,} keys",
                 f"{best['limited_drain_per_s']:,}/s, {best['drain_per_s']:,}/s without: "
                 + ", ".join(f"{ratio:.2f}" for ratio in ratios), "0.70 in each run",
                 min(ratios) >= 0.7)

    def soak(self) -> None:
        rate = self.bench("queue", "--jobs", JOBS)["drain_per_s"] // 2
        figures = self.bench("soak", "--minutes", self.options.minutes, "--per-s", int(rate))
        text = "; ".join(f"{name} {part['first_quarter']:.1f} → {part['last_quarter']:.1f}"
                         for name, part in figures.items())
        flat = all(figures[name]["last_quarter"] <= 1.25 * figures[name]["first_quarter"] + 1
                   for name in ("p99_ms", "resident_mib", "table_mib"))
        self.add(f"soak, {self.options.minutes:g} minutes at half the rate", text, "flat", flat)


def main() -> None:
    names = ["drain", "tenants", "enqueue", "idle", "claims", "fairness", "limits", "soak"]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("row", nargs="+", choices=[*names, "all"])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--write", type=pathlib.Path)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # through the contexts, as ctrl-C does
    platform = Platform(options.build.resolve(), options.folder.resolve())
    rows = Rows(options.build.resolve(), platform, options)
    for name in names if "all" in options.row else options.row:
        print(f"==> {name}", flush=True)
        with platform.running():
            getattr(rows, name)()
    table = "\n".join([f"Measured {datetime.date.today()} by `scripts/bench rows`.", "",
                       "| what | figure | wanted | reached |", "|---|---|---|---|", *rows.lines])
    print(table)
    if options.write:
        write_between(options.write, MARKER, table)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
