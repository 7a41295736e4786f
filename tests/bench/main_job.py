#!/usr/bin/env python3
"""Times the main job through the real worker and reads the worker's peak memory after each step.

Three organizations: one imports 500,000 employees, one runs the payroll of 100,000, one builds a
payroll register of 1,000,000 rows as CSV, JSON and XLSX. The worker is a fresh process for each
step, so that its peak (VmHWM) is that step's own.

usage: main_job.py BUILD_FOLDER [--import-rows N] [--payroll-rows N] [--report-rows N]
"""

import argparse
import json
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "chaos"))
from platform_under_test import Platform

PERIOD = "2026-10"
HEADER = ("employee_code,first_name,last_name,email,department,job_title,hire_date,"
          "termination_date,pay_type,base_salary,currency,bank_account\n")


def write_employees(path: pathlib.Path, rows: int, faulty_of_100: int) -> None:
    departments = ("Sales", '"Legal, Risk"', "Quality", "Assembly")
    with path.open("w", encoding="utf-8") as file:
        file.write(HEADER)
        for i in range(rows):
            hourly = i % 5 == 0
            email = "nobody" if i % 100 < faulty_of_100 else f"u{i}@example.org"
            salary = f"{20 + i % 70}.50" if hourly else f"{30000 + i % 220000}.00"
            file.write(f"B{i:07},Ada,Byron,{email},{departments[i % 4]},Analyst,"
                       f"20{10 + i % 16}-{1 + i % 12:02}-15,,{'hourly' if hourly else 'salaried'},"
                       f"{salary},USD,\n")


def peak_mib(pid: int) -> float:
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


class Bench:
    def __init__(self, platform: Platform):
        self.platform = platform
        self.figures: list[dict] = []

    def organization(self, org: str, rows: int, faulty_of_100: int = 0) -> pathlib.Path:
        self.platform.cli("org", "create", org, "--modules", "hr,reports")
        path = self.platform.folder / f"{org}.csv"
        write_employees(path, rows, faulty_of_100)
        return path

    def step(self, name: str, run) -> dict:
        """Times `run`, which returns a count of rows, with a worker of its own."""
        worker = self.platform.start_worker()
        begun = time.monotonic()
        rows = run()
        seconds = time.monotonic() - begun
        figure = {"what": name, "rows": rows, "seconds": round(seconds, 2),
                  "rows_per_s": round(rows / seconds), "worker_peak_mib": round(peak_mib(worker.pid), 1)}
        self.platform.stop_worker(worker)
        self.figures.append(figure)
        print(json.dumps(figure), flush=True)
        return figure

    def load(self, org: str, path: pathlib.Path) -> int:
        return self.platform.cli("import", org, str(path), "--to", "employees", "--wait",
                                 timeout=3600)["rows"]

    def pay(self, org: str) -> int:
        return self.platform.cli("payroll", "run", org, "--period", PERIOD, "--wait",
                                 timeout=3600)["payslips"]

    def report(self, org: str, form: str) -> int:
        args = {"report": "payroll_register", "format": form, "parameters": {"period": PERIOD}}
        uuid = self.platform.cli("job", "push", org, "report.build", "--args", json.dumps(args))["uuid"]
        shown = self.platform.cli("job", "wait", org, uuid, "--timeout", "3600s", timeout=3700)
        return shown["output"]["rows"]


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("build", type=pathlib.Path)
    options.add_argument("--import-rows", type=int, default=500_000)
    options.add_argument("--payroll-rows", type=int, default=100_000)
    options.add_argument("--report-rows", type=int, default=1_000_000)
    options = options.parse_args()
    platform = Platform(options.build.resolve(), {"database": {"buffer_pool_mib": 1024}})
    try:
        platform.cli("db", "start")
        platform.cli("migrate", "core")
        bench = Bench(platform)
        path = bench.organization("importing", options.import_rows, faulty_of_100=4)
        bench.step("import", lambda: bench.load("importing", path))
        path = bench.organization("paying", options.payroll_rows)
        bench.step("import", lambda: bench.load("paying", path))
        bench.step("payroll", lambda: bench.pay("paying"))
        path = bench.organization("reporting", options.report_rows)
        bench.step("import", lambda: bench.load("reporting", path))
        bench.step("payroll", lambda: bench.pay("reporting"))
        for form in ("csv", "json", "xlsx"):
            bench.step(f"report {form}", lambda form=form: bench.report("reporting", form))
    finally:
        platform.close(keep=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
