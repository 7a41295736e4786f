"""Gets the programs the comparison runs, below one folder and without touching the system.

Debian packages that the machine lacks are downloaded and unpacked, not installed: no service is
started, no file outside the folder is written. Node's packages come from npm as package.json pins
them. What is there already is left alone.
"""

import os
import pathlib
import shutil
import subprocess

HERE = pathlib.Path(__file__).parent
DEBIAN = ["postgresql-15", "redis-server", "php-cli", "php-mysql", "php-laravel-framework"]
NODE = ["nodejs", "npm"]


class Programs:
    """Where the peers' programs are, and the environment they run in."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        self.root = folder / "debian"
        self.node_modules = folder / "node" / "node_modules"

    def environment(self) -> dict[str, str]:
        libraries = [str(self.root / "usr/lib/x86_64-linux-gnu"), str(self.root / "usr/lib")]
        if old := os.environ.get("LD_LIBRARY_PATH"):
            libraries.append(old)
        return {**os.environ, "LD_LIBRARY_PATH": ":".join(libraries),
                "NODE_PATH": str(self.node_modules)}

    def find(self, name: str) -> str:
        """The program's path: the system's, or the unpacked one."""
        postgresql = sorted(pathlib.Path("/").glob(f"usr/lib/postgresql/*/bin/{name}"))
        own = sorted(self.root.glob(f"usr/lib/postgresql/*/bin/{name}"))
        places = [shutil.which(name), *postgresql, *own,
                  self.root / "usr/bin" / name, self.root / "usr/sbin" / name]
        for place in places:
            if place and os.access(place, os.X_OK):
                return str(place)
        raise SystemExit(f"error: the program {name} is missing")

    def php(self) -> list[str]:
        """PHP with Laravel on its path, and the MySQL driver where it was unpacked."""
        command = [self.find("php"), "-d",
                   f"include_path={self.root}/usr/share/php:/usr/share/php"]
        for driver in ("mysqlnd", "pdo_mysql"):
            for file in self.root.glob(f"usr/lib/php/*/{driver}.so"):
                command += ["-d", f"extension={file}"]
        return command

    def install(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._unpack_debian()
        self._install_node()

    def _unpack_debian(self) -> None:
        done = self.folder / "debian.done"
        if done.exists():
            return
        wanted = DEBIAN + ([] if shutil.which("npm") else NODE)
        listed = subprocess.run(
            ["apt-get", "install", "--simulate", "--no-install-recommends", *wanted],
            capture_output=True, text=True, check=False)
        if listed.returncode != 0:
            raise SystemExit(f"error: apt doesn't know the packages ({' '.join(wanted)}): "
                             f"run apt-get update\n{listed.stderr}")
        # "Inst NAME (version …)"; "Inst NAME [old] (new …)" would be an upgrade of what is there.
        lines = [line.split() for line in listed.stdout.splitlines()]
        names = [words[1] for words in lines
                 if words[:1] == ["Inst"] and words[2].startswith("(")]
        archives = self.folder / "archives"
        archives.mkdir(exist_ok=True)
        if names:
            print(f"==> Unpacking {len(names)} Debian packages into {self.root}", flush=True)
            subprocess.run(["apt-get", "-q", "-o", "APT::Sandbox::User=root", "download", *names],
                           cwd=archives, check=True,
                           stdout=subprocess.DEVNULL)
        for archive in sorted(archives.glob("*.deb")):
            subprocess.run(["dpkg", "-x", archive, self.root], check=True)
        shutil.rmtree(archives)
        done.touch()

    def _install_node(self) -> None:
        target = self.folder / "node"
        target.mkdir(exist_ok=True)
        pinned = (HERE / "package.json").read_text()
        there = target / "package.json"
        if there.exists() and there.read_text() == pinned and self.node_modules.exists():
            return
        print("==> Installing graphile-worker, pg-boss and BullMQ with npm", flush=True)
        there.write_text(pinned)
        subprocess.run([self.find("npm"), "install", "--no-audit", "--no-fund", "--silent"],
                       cwd=target, env=self.environment(), check=True)
