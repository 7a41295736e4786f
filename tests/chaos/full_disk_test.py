#!/usr/bin/env python3
"""Files on a disk that is full: a report and an import meet it, say so, and lose nothing.

The storage folder is a small file system of its own, filled up while the platform runs. The report
at the command line ends with exit code 5 and leaves no part of a file; the report as a job is tried
again; the import of a file that doesn't fit is refused. Once there is room again, everything goes
through, and the worker is the same process all the time.

usage: full_disk_test.py BUILD_FOLDER
"""

import os
import pathlib
import subprocess
import sys

from platform_under_test import Platform, alive, wait_until

SKIPPED = 77  # what ctest takes for a test that can't run here
DISK_BYTES = 8 << 20
LEFT_BYTES = 64 << 10


def mount(folder: pathlib.Path) -> bool:
    folder.mkdir()
    return subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(folder)],
                          check=False).returncode == 0


def fill(filler: pathlib.Path) -> None:
    """Leaves room for less than any of the files that are to be written."""
    stat = os.statvfs(filler.parent)
    with filler.open("wb") as file:
        file.write(b"\0" * (stat.f_bavail * stat.f_frsize - LEFT_BYTES))


def files(folder: pathlib.Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def state(platform: Platform, uuid: str) -> dict:
    return platform.cli("job", "show", "acme", uuid)


def check(platform: Platform, storage: pathlib.Path) -> None:
    platform.cli("db", "start")
    platform.cli("migrate", "core")
    platform.cli("org", "create", "acme", "--modules", "hr,sales,reports")
    platform.cli("seed", "acme", "--employees", "3000", "--invoices", "200")
    worker = platform.start_worker()
    platform.cli("payroll", "run", "acme", "--period", "2026-10", "--wait")
    employees = platform.folder / "employees.csv"
    header = ("employee_code,first_name,last_name,email,department,job_title,hire_date,"
              "termination_date,pay_type,base_salary,currency,bank_account\n")
    employees.write_text(header + "".join(
        f"N{i:06},Ada,Byron,a{i}@example.org,Sales,Analyst,2020-01-15,,salaried,50000.00,USD,\n"
        for i in range(3000)))

    before = files(storage)
    filler = storage / "filler"
    fill(filler)
    target = storage / "register.csv"
    shown = platform.cli("report", "run", "acme", "payroll_register", "--param", "period=2026-10",
                         "--format", "csv", "-o", str(target), ok=(5,))
    assert shown["error"]["code"] == "storage_full", shown
    shown = platform.cli("import", "acme", str(employees), "--to", "employees", ok=(5,))
    assert shown["error"]["code"] == "storage_full", shown
    report = platform.cli(
        "job", "push", "acme", "report.build", "--args",
        '{"report":"payroll_register","format":"csv","parameters":{"period":"2026-10"}}')["uuid"]
    wait_until(lambda: state(platform, report)["state"] == "retryable", 60, "the first attempt's end")
    assert "storage_full" in state(platform, report)["error"], state(platform, report)
    assert files(storage) - {"filler"} == before, files(storage) - before
    assert alive(worker.pid)

    filler.unlink()
    wait_until(lambda: state(platform, report)["state"] == "completed", 120, "the report to be made")
    loaded = platform.cli("import", "acme", str(employees), "--to", "employees", "--wait")
    assert loaded["accepted"] == 3000, loaded
    assert alive(worker.pid)
    assert platform.stop_worker(worker) == 0


def main() -> int:
    build = pathlib.Path(sys.argv[1]).resolve()
    platform = Platform(build, {"worker": {"concurrency": 2}})
    storage = platform.folder / "files"
    passed = False
    try:
        if not mount(storage):
            print("skipped: a file system of its own can't be mounted here (needs root)")
            passed = True
            return SKIPPED
        check(platform, storage)
        print("a full disk: passed")
        passed = True
        return 0
    finally:
        if os.path.ismount(storage):
            subprocess.run(["umount", "--lazy", str(storage)], check=False)
        platform.close(keep=not passed)


if __name__ == "__main__":
    sys.exit(main())
