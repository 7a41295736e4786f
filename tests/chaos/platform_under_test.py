"""A private bgerp in a temporary folder for the chaos tests: configuration, database, processes.

Standard library only. Everything it starts is ended when the context closes, whatever happened.
"""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time


class TooLate(AssertionError):
    """What was waited for didn't come in time; nothing is known to be wrong otherwise."""


class Platform:
    """Runs the built programs against a database and a storage folder of their own."""

    def __init__(self, build: pathlib.Path, settings: dict[str, dict[str, object]],
                 worker: str = "worker/bgerp-worker"):
        self.build = build
        self.worker_program = worker
        # Unix socket paths end at 107 characters, so the folder's name is short.
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="bgc", dir="/tmp"))
        self.config = self.folder / "bgerp.yaml"
        sections = {"database": {"data_dir": "db", "buffer_pool_mib": 256},
                    "storage": {"dir": "files"}, "log": {"level": "info"}}
        for section, keys in settings.items():
            sections.setdefault(section, {}).update(keys)
        lines = []
        for section, keys in sections.items():
            lines.append(f"{section}:")
            lines.extend(f"  {key}: {as_yaml(value)}" for key, value in keys.items())
        self.config.write_text("\n".join(lines) + "\n")
        self.workers: list[subprocess.Popen] = []

    def cli(self, *words: str, ok: tuple[int, ...] = (0,), timeout: float = 300) -> dict:
        """Runs the command line with --json and returns its document."""
        command = [str(self.build / "cli/bgerp"), "--config", str(self.config), "--json", *words]
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)
        if done.returncode not in ok:
            raise AssertionError(
                f"{' '.join(words)} ended {done.returncode}\n{done.stdout}\n{done.stderr}")
        return json.loads(done.stdout) if done.stdout.strip() else {}

    def sql(self, statement: str, database: str = "") -> list[list[str]]:
        """Rows of a statement, run as the database's administrator."""
        done = subprocess.run([*self.client(), *([database] if database else [])],
                              input=statement, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise AssertionError(f"{statement[:300]}\n{done.stderr}")
        return [line.split("\t") for line in done.stdout.splitlines()]

    def client(self) -> list[str]:
        """The command that reads statements, as the database's administrator."""
        return ["mariadb", "--no-defaults", f"--socket={self.folder}/db/mysql.sock", "-N", "-B",
                "--max-allowed-packet=64M"]

    def start_worker(self, *orgs: str, log: str = "worker.log",
                     environment: dict[str, str] | None = None) -> subprocess.Popen:
        """A worker for the organizations named, or all; its words go to the file `log`."""
        return self.start(self.worker_program, *orgs, log=log, environment=environment)

    def start(self, program: str, *words: str, log: str,
              environment: dict[str, str] | None = None) -> subprocess.Popen:
        """A program of the build that ends with the platform."""
        with open(self.folder / log, "ab") as lines:
            process = subprocess.Popen(
                [str(self.build / program), "--config", str(self.config), *words],
                stdout=lines, stderr=lines, start_new_session=True,
                env={**os.environ, **(environment or {})})
        self.workers.append(process)
        return process

    def kill_worker(self, worker: subprocess.Popen) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
        self.workers.remove(worker)

    def stop_worker(self, worker: subprocess.Popen) -> int:
        worker.send_signal(signal.SIGTERM)
        return self.ended(worker)

    def ended(self, worker: subprocess.Popen, seconds: float = 60) -> int:
        """Waits for a worker that was told to end, or ends by itself; its exit status."""
        try:
            code = worker.wait(timeout=seconds)
        except subprocess.TimeoutExpired as error:
            raise TooLate(f"waited {seconds} s in vain for a worker to end") from error
        self.workers.remove(worker)
        return code

    def kill_database(self) -> None:
        """kill -9 of the database server; returns when it is gone."""
        pid = int(self.cli("db", "status")["pid"])
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not alive(pid), 30, "the killed database to be gone")

    def start_database(self) -> None:
        self.cli("db", "start")

    def log(self, name: str = "worker.log") -> str:
        path = self.folder / name
        return path.read_text(errors="replace") if path.exists() else ""

    def stop_all(self) -> None:
        for worker in list(self.workers):
            self.kill_worker(worker)
        self.cli("db", "stop", ok=(0, 1, 5))

    def close(self, keep: bool) -> None:
        self.stop_all()
        if keep:
            print(f"kept {self.folder}")
        else:
            shutil.rmtree(self.folder, ignore_errors=True)


@contextlib.contextmanager
def platform_for(build: pathlib.Path, settings: dict[str, dict[str, object]],
                 worker: str = "tests/chaos/chaos_worker"):
    """A platform with its database and core schema. What failed stays to be looked at."""
    platform = Platform(build.resolve(), settings, worker)
    passed = False
    try:
        platform.start_database()
        platform.cli("migrate", "core")
        yield platform
        passed = True
        print("passed")
    finally:
        if not passed:
            print("\n".join(line[:300] for line in platform.log().splitlines()[-30:]))
        platform.close(keep=not passed)


def as_yaml(value: object) -> str:
    """JSON is YAML, and simple words need no quotes."""
    return str(value) if isinstance(value, (str, int)) else json.dumps(value)


def alive(pid: int) -> bool:
    """True while the process runs (a zombie doesn't)."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until(condition, seconds: float, what: str) -> None:
    """Polls `condition` until it holds; TooLate with `what` when it doesn't in time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TooLate(f"waited {seconds} s in vain for {what}")
        time.sleep(0.02)
