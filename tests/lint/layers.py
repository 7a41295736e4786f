"""Who may include whom: the layers, and the libraries that stay behind one door."""

import re

LAYERS = ["base", "core_db", "migrations", "tenant_db"]
PROGRAMS = ["server", "worker", "scheduler", "cli"]

# Headers of a library → the folders that may include them. Tests may speak HTTP to the server.
CONNECTOR = re.compile(r"^(cppconn/|mysql_connection\.h|mysql_driver\.h|mysql/|mariadb/|mysql\.h)")
CONNECTOR_ALLOWED = ("base/mysql/",)
NETWORK = re.compile(r"^boost/(asio|beast)\b")
NETWORK_ALLOWED = ("server/", "tests/")

_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.MULTILINE)


def includes(file):
    """(line number, written in quotes, path) of each include of a file."""
    for match in _INCLUDE.finditer(file.text):
        yield file.text.count("\n", 0, match.start()) + 1, match.group(1) == '"', match.group(2)


def may_include(folder, other):
    """A folder may include itself and what lies below it; the tests may include all."""
    if folder == other or folder == "tests":
        return True
    if other not in LAYERS:
        return False
    return folder in PROGRAMS or LAYERS.index(other) < LAYERS.index(folder)


def check_layers(tree):
    for file in tree.cpp():
        for line, quoted, path in includes(file):
            if quoted:
                yield from _check_own(tree, file, line, path)


def _check_own(tree, file, line, path):
    if path not in tree.paths:
        yield file.path, line, f'"{path}": own headers are included by their path from the root'
        return
    other = path.split("/")[0]
    if file.folder in LAYERS + PROGRAMS and not may_include(file.folder, other):
        yield file.path, line, f"{file.folder} may not include {path}: {other} is not below it"


def check_doors(tree):
    for file in tree.cpp():
        for line, _, path in includes(file):
            if CONNECTOR.match(path) and not file.path.startswith(CONNECTOR_ALLOWED):
                yield file.path, line, f"<{path}>: the connector is known to base/mysql alone"
            if NETWORK.match(path) and not file.path.startswith(NETWORK_ALLOWED):
                yield file.path, line, f"<{path}>: Asio and Beast are known to server alone"
