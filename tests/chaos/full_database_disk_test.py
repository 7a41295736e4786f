#!/usr/bin/env python3
"""The database's disk is full for a while: nothing is lost, and work goes on when there is room.

The database lies in a small file system of its own (a tmpfs, which needs root; skipped otherwise),
which something else fills while a worker is at work.

usage: full_database_disk_test.py BUILD_FOLDER
"""

import argparse
import os
import pathlib
import subprocess
import sys
import time

from ledger import Ledger
from platform_under_test import Platform

SKIPPED = 77  # what ctest takes for a test that can't run here
RECOVER_S = 15
FULL_S = 6
SETTINGS = {
    "database": {"buffer_pool_mib": 64},
    "queue": {"lease_s": 2},
    "worker": {"sweep_ms": 100, "concurrency": 2},
}


class SmallDisk:
    """A tmpfs over the database's folder, and a file that takes its room."""

    def __init__(self, folder: pathlib.Path):
        self.folder, self.ballast = folder, folder / "ballast"
        folder.mkdir()
        self.mounted = False

    def mount(self) -> bool:
        command = ["mount", "-t", "tmpfs", "-o", "size=1g", "tmpfs", str(self.folder)]
        self.mounted = os.geteuid() == 0 and subprocess.run(
            command, check=False, capture_output=True).returncode == 0
        return self.mounted

    def fill(self) -> None:
        with open(self.ballast, "wb", buffering=0) as file:
            block = b"\0" * 65536
            while True:
                try:
                    if file.write(block) < len(block):
                        return
                except OSError:
                    return

    def free(self) -> None:
        self.ballast.unlink()

    def unmount(self) -> None:
        if self.mounted:
            subprocess.run(["umount", "-l", str(self.folder)], check=True)


def disk_fills(platform: Platform, disk: SmallDisk) -> None:
    ledger = Ledger(platform, "disk")
    worker = platform.start_worker()
    ledger.push("ledger", 30, "before")
    ledger.drained(20)
    ledger.push("ledger", 600, "during", ms=2, ballast="x" * 6000)
    ledger.wait_for(lambda: ledger.booked() > 60, 20, "work under way")
    disk.fill()
    refused, more = False, 0
    end = time.monotonic() + FULL_S
    while time.monotonic() < end:
        try:
            ledger.sql("INSERT INTO ledger (what, attempt) SELECT REPEAT('x', 100), 0"
                       " FROM seq_1_to_20000")
            ledger.sql("DELETE FROM ledger WHERE attempt = 0")
            more += 1
        except AssertionError as error:
            refused = refused or "full" in str(error)
            disk.fill()
            time.sleep(0.1)
    assert worker.poll() is None, "the worker ended"
    disk.free()
    assert refused, f"the disk never was full ({more} large statements went through)"
    ledger.sql("DELETE FROM ledger WHERE attempt = 0")
    ledger.push("ledger", 30, "after")
    took = ledger.drained(RECOVER_S)
    print(f"full for {FULL_S} s, then all done within {took:.1f} s", flush=True)
    assert platform.stop_worker(worker) == 0
    ledger.check()


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    options = parser.parse_args()
    platform = Platform(options.build.resolve(), SETTINGS, "tests/chaos/chaos_worker")
    disk = SmallDisk(platform.folder / "db")
    passed = False
    try:
        if not disk.mount():
            print("SKIPPED: a small file system can't be mounted here (it needs root)")
            passed = True
            return SKIPPED
        platform.start_database()
        platform.cli("migrate", "core")
        disk_fills(platform, disk)
        passed = True
    finally:
        if not passed:
            print("\n".join(platform.log().splitlines()[-30:]))
        if disk.mounted and disk.ballast.exists():
            disk.free()
        platform.close(keep=False)
        disk.unmount()
    print("passed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
