"""The databases of the comparison, each private and as durable as it is run in earnest.

PostgreSQL and MariaDB flush each commit; Redis flushes its append-only file once a second, which is
what BullMQ recommends and loses up to a second of work. Each listens on a socket in its own folder
alone, is started for one turn and stopped after it.
"""

import contextlib
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import time

from install import Programs

# Unprivileged account for PostgreSQL, which refuses to run as root.
NOBODY = "nobody"


def wait_until(true, seconds: float, what: str) -> None:
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise SystemExit(f"error: waited {seconds:.0f} s for {what}")
        time.sleep(0.05)


def end(process: subprocess.Popen, how: signal.Signals) -> None:
    process.send_signal(how)
    try:
        process.wait(timeout=60)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextlib.contextmanager
def postgresql(programs: Programs):
    """Yields the connection string of a fresh cluster."""
    folder = programs.folder / "pg"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    user = pwd.getpwuid(os.getuid()).pw_name
    run = {"env": programs.environment(), "stdout": subprocess.DEVNULL, "cwd": folder}
    if os.getuid() == 0:
        user = NOBODY
        account = pwd.getpwnam(NOBODY)
        os.chown(folder, account.pw_uid, account.pw_gid)
        run |= {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    subprocess.run([programs.find("initdb"), "-D", folder / "data", "-U", user, "-A", "trust",
                    "-E", "UTF8", "--locale=C.UTF-8"], check=True, **run)
    settings = {"listen_addresses": "", "unix_socket_directories": folder, "fsync": "on",
                "synchronous_commit": "on", "shared_buffers": "512MB", "max_wal_size": "4GB"}
    words = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
    with open(programs.folder / "pg.log", "wb") as log:
        server = subprocess.Popen([programs.find("postgres"), "-D", folder / "data", *words],
                                  **(run | {"stdout": log}), stderr=log, start_new_session=True)
    try:
        ready = [programs.find("pg_isready"), "-q", "-h", folder]
        wait_until(lambda: subprocess.run(ready, check=False).returncode == 0, 60, "PostgreSQL")
        yield f"postgresql://{user}@/postgres?host={folder}"
    finally:
        end(server, signal.SIGINT)  # "fast"


@contextlib.contextmanager
def redis(programs: Programs):
    """Yields the socket of an empty server."""
    folder = programs.folder / "redis"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    socket = folder / "redis.sock"
    server = subprocess.Popen(
        [programs.find("redis-server"), "--port", "0", "--unixsocket", socket, "--dir", folder,
         "--appendonly", "yes", "--appendfsync", "everysec", "--save", "",
         "--maxmemory-policy", "noeviction"],
        env=programs.environment(), stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        wait_until(socket.exists, 30, "Redis")
        yield str(socket)
    finally:
        end(server, signal.SIGTERM)


class Platform:
    """A private bgerp with its MariaDB."""

    def __init__(self, build: pathlib.Path, folder: pathlib.Path):
        self.build = build
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.config = folder / "bgerp.yaml"
        self.config.write_text("database:\n  data_dir: db\n  buffer_pool_mib: 1024\n"
                               "security:\n  master_key_file: master.key\n"
                               "storage:\n  dir: files\nlog:\n  level: warn\n")
        self.socket = folder / "db" / "mysql.sock"

    def run(self, *words: str) -> str:
        done = subprocess.run([self.build / "cli/bgerp", "--config", self.config, "--json", *words],
                              capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise SystemExit(f"error: bgerp {' '.join(words)}: {done.stdout}{done.stderr}")
        return done.stdout

    def sql(self, statement: str) -> None:
        subprocess.run(["mariadb", "--no-defaults", f"--socket={self.socket}", "-e", statement],
                       check=True)

    @contextlib.contextmanager
    def running(self):
        try:
            self.run("db", "start")
            self.run("migrate", "core")
            yield self
        finally:
            self.run("db", "stop")
