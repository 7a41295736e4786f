#!/usr/bin/env python3
"""The database's disk is full for a while: nothing is lost, and work goes on when there is room.

The database's files lie in a small file system of their own (a tmpfs, which needs root; skipped
otherwise), which something else fills while a worker is at work.

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
RECOVER_S = 45  # jobs that met the full disk pause for 10 s; some of them, and a busy machine
FULL_S = 6
SETTINGS = {
    "database": {"buffer_pool_mib": 64},
    "queue": {"lease_s": 2},
    "worker": {"sweep_ms": 100, "concurrency": 2},
}


class SmallDisk:
    """A tmpfs in the place of the database's files, and a file that takes its room."""

    def __init__(self, platform: Platform):
        self.platform = platform
        self.folder = platform.folder / "db/data"
        self.ballast = self.folder / "ballast"
        self.mounted = False

    def mount(self) -> bool:
        """Moves the files of a database that doesn't run there."""
        aside = self.folder.with_name("aside")
        self.folder.rename(aside)
        self.folder.mkdir(mode=0o700)
        command = ["mount", "-t", "tmpfs", "-o", "size=1g", "tmpfs", str(self.folder)]
        self.mounted = os.geteuid() == 0 and subprocess.run(
            command, check=False, capture_output=True).returncode == 0
        if self.mounted:
            subprocess.run(["cp", "-a", f"{aside}/.", str(self.folder)], check=True)
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
    ledger.sql("CREATE TABLE filler (id INT AUTO_INCREMENT PRIMARY KEY, bytes VARCHAR(7000))")
    ledger.push("ledger", 500, "during", ms=20)
    ledger.wait_for(lambda: ledger.booked() > 60, 20, "work under way")
    disk.fill()
    refusals = others = 0
    end = time.monotonic() + FULL_S
    while time.monotonic() < end:
        try:
            others += 1
            ledger.sql("INSERT INTO filler (bytes) SELECT REPEAT('x', 3000) FROM seq_1_to_20")
        except AssertionError:  # full, or the server has died of it
            refusals += 1
            disk.fill()
            time.sleep(0.1)
    assert worker.poll() is None, "the worker ended"
    disk.free()
    assert refusals > 1, f"the disk was full for {refusals} of {others} statements"
    platform.start_database()  # does nothing unless the server has died of it, as it may
    ledger.push("ledger", 30, "after")
    took = ledger.drained(RECOVER_S)
    print(f"full for {FULL_S} s ({refusals} statements refused, {platform.log().count('disk is full')}"
          f" times in the worker), then all done within {took:.1f} s", flush=True)
    assert platform.stop_worker(worker) == 0
    ledger.check()


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    options = parser.parse_args()
    platform = Platform(options.build.resolve(), SETTINGS, "tests/chaos/chaos_worker")
    disk = SmallDisk(platform)
    passed = False
    try:
        platform.start_database()
        platform.cli("db", "stop")
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
            print((platform.folder / "db/server.log").read_text(errors="replace")[-3000:])
        if disk.mounted and disk.ballast.exists():
            disk.free()
        platform.stop_all()
        disk.unmount()
        platform.close(keep=False)
    print("passed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
