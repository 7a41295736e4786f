#!/usr/bin/env python3
"""Kills the worker and the database at random moments during the main job.

An import, a payroll and reports run while the worker is killed (SIGKILL) and the database is killed
and started again. Afterwards everything must have finished by itself, with exactly the figures of a
tenant whose main job ran undisturbed: no row lost, none twice, no second payslip.

usage: main_job_test.py BUILD_FOLDER [--worker-kills N] [--database-kills N] [--rows N] [--seed S]
"""

import argparse
import csv
import pathlib
import random
import sys
import time

from platform_under_test import Platform, platform_for, wait_until

PERIOD = "2026-10"
FINAL = {"completed", "failed", "cancelled"}


def write_employees(path: pathlib.Path, rows: int, rng: random.Random) -> None:
    """A file with good rows, every kind of bad one now and then, and repeated codes."""
    columns = ("employee_code,first_name,last_name,email,department,job_title,hire_date,"
               "termination_date,pay_type,base_salary,currency,bank_account").split(",")
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(columns)
        for number in range(rows):
            hourly = rng.random() < 0.2
            row = [f"C{number:07}", "Ada", 'Love "L", lace', f"u{number}@example.org",
                   rng.choice(["Sales", "Legal, Risk", "Quality"]), "Analyst",
                   f"20{rng.randrange(10, 27):02}-{rng.randrange(1, 13):02}-15", "",
                   "hourly" if hourly else "salaried",
                   f"{rng.uniform(20, 90) if hourly else rng.uniform(30000, 250000):.2f}", "USD", ""]
            fault = rng.randrange(100)
            if fault == 0:
                row[3] = "nobody"
            elif fault == 1:
                row[0] = f"C{rng.randrange(rows):07}"
            elif fault == 2:
                row[9] = "12,5oo"
            elif fault == 3:
                row.pop()
            out.writerow(row)


class MainJob:
    """The three steps for one tenant, each started without waiting for its end."""

    def __init__(self, platform: Platform, org: str, file: pathlib.Path):
        self.platform, self.org, self.file = platform, org, file
        platform.cli("org", "create", org, "--name", org, "--modules", "hr,sales,reports",
                     "--admin-email", f"admin@{org}.example")

    def job_of(self, document: dict) -> str:
        return document.get("job_uuid") or document.get("job", {}).get("uuid") or document["uuid"]

    def start(self, step: str) -> str:
        if step == "import":
            return self.job_of(self.platform.cli(
                "import", self.org, str(self.file), "--to", "employees"))
        if step == "payroll":
            return self.job_of(self.platform.cli("payroll", "run", self.org, "--period", PERIOD))
        return self.job_of(self.platform.cli(
            "job", "push", self.org, "report.build", "--args",
            f'{{"report":"payroll_register","format":"csv","parameters":{{"period":"{PERIOD}"}}}}'))

    def state(self, uuid: str) -> str:
        rows = self.platform.sql(f"SELECT state FROM job_run WHERE uuid = '{uuid}'", self.database())
        return rows[0][0] if rows else "unknown"

    def database(self) -> str:
        return f"bgerp_t_{self.org}"

    def figures(self) -> dict[str, list[list[str]]]:
        """What must come out the same whatever was killed."""
        queries = {
            "employees": "SELECT COUNT(*), COUNT(DISTINCT employee_code), SUM(base_salary), "
                         "SUM(CRC32(CONCAT(employee_code, email, base_salary))) FROM employee",
            "import": "SELECT state, row_count, accepted, rejected, errors_bytes FROM data_import",
            "payslips": "SELECT COUNT(*), COUNT(DISTINCT employee_code), SUM(gross), "
                        "SUM(deductions), SUM(employer), SUM(net) FROM payslip",
            "lines": "SELECT component_code, COUNT(*), SUM(amount) FROM payslip_line "
                     "GROUP BY component_code ORDER BY component_code",
            "runs": "SELECT period, state FROM payroll_run",
            "left": "SELECT (SELECT COUNT(*) FROM jobs), (SELECT COUNT(*) FROM job_delayed), "
                    "(SELECT COUNT(*) FROM failed_jobs)",
        }
        return {name: self.platform.sql(query, self.database()) for name, query in queries.items()}

    def error_rows(self) -> list[str]:
        number = self.platform.sql("SELECT id FROM data_import", self.database())[0][0]
        path = self.platform.folder / "files" / self.org / "imports" / f"{number}.errors.csv"
        return path.read_text(encoding="utf-8").splitlines()


def run_undisturbed(job: MainJob) -> None:
    worker = job.platform.start_worker()
    for step in ("import", "payroll", "report"):
        uuid = job.start(step)
        wait_until(lambda: job.state(uuid) in FINAL, 300, f"{step} of {job.org}")
        assert job.state(uuid) == "completed", f"{step} ended {job.state(uuid)}"
    assert job.platform.stop_worker(worker) == 0


class Chaos:
    """Counts kills down and spreads them over the steps."""

    def __init__(self, job: MainJob, rng: random.Random):
        self.job, self.rng, self.platform = job, rng, job.platform
        self.worker = self.platform.start_worker()
        self.longest = {"import": 2.0, "payroll": 2.0, "report": 0.5}

    def kill_one(self, step: str, uuid: str, what: str) -> bool:
        """Waits for the job to run, a random moment more, and kills. False: it had ended."""
        wait_until(lambda: self.job.state(uuid) in {"running", *FINAL}, 120, f"{step} to run")
        moment = time.monotonic() + self.rng.uniform(0, self.longest[step])
        while time.monotonic() < moment:
            if self.job.state(uuid) in FINAL:
                return False
        if what == "worker":
            self.platform.kill_worker(self.worker)
            self.worker = self.platform.start_worker()
        else:
            self.platform.kill_database()
            self.platform.start_database()
        assert self.worker.poll() is None, "the worker ended by itself"
        return True

    def drive(self, step: str, kills: list[str]) -> None:
        uuid = self.job.start(step)
        for what in kills:
            while not self.kill_one(step, uuid, what):
                if step != "report":  # a report may be built again, the others run once
                    print(f"{step} was over before all its kills")
                    break
                uuid = self.job.start(step)
            print(f"{step}: {what} killed", flush=True)
        wait_until(lambda: self.job.state(uuid) in FINAL, 300, f"{step} after the kills")
        assert self.job.state(uuid) == "completed", f"{step} ended {self.job.state(uuid)}"


def spread(rng: random.Random, workers: int, databases: int) -> dict[str, list[str]]:
    kills = ["worker"] * workers + ["database"] * databases
    rng.shuffle(kills)
    first, second = (len(kills) * 2 + 4) // 5, (len(kills) * 4 + 4) // 5
    return {"import": kills[:first], "payroll": kills[first:second], "report": kills[second:]}


def compare(calm: MainJob, stormy: MainJob) -> None:
    expected, actual = calm.figures(), stormy.figures()
    for name, rows in expected.items():
        assert rows == actual[name], f"{name}: undisturbed {rows}, after the kills {actual[name]}"
    assert calm.error_rows() == stormy.error_rows(), "the errors files differ"
    print("figures:", actual)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--worker-kills", type=int, default=20)
    parser.add_argument("--database-kills", type=int, default=5)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    rng = random.Random(options.seed)
    with platform_for(options.build, {"queue": {"lease_s": 2}}, "worker/bgerp-worker") as platform:
        file = platform.folder / "employees.csv"
        write_employees(file, options.rows, rng)
        calm = MainJob(platform, "calm", file)
        run_undisturbed(calm)
        stormy = MainJob(platform, "stormy", file)
        chaos = Chaos(stormy, rng)
        for step, kills in spread(rng, options.worker_kills, options.database_kills).items():
            chaos.drive(step, kills)
        assert platform.stop_worker(chaos.worker) == 0
        compare(calm, stormy)
    return 0


if __name__ == "__main__":
    sys.exit(main())
