"""The source tree as the rules see it: files with their lines, and C++ without comments."""

import os
import re
import subprocess

SKIPPED_FOLDERS = {".git", "build", "var"}
_TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<tag>[^()\s\\]{0,16})\(.*?\)(?P=tag)"'
    r"|\"(?:\\.|[^\"\\\n])*\"|(?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])+'",
    re.DOTALL,
)


def _blank(match):
    """The same number of lines, and for a literal its quotes, but nothing of the contents."""
    text = match.group(0)
    lines = "\n" * text.count("\n")
    return lines + " " if text.startswith("/") else '"' + lines + '"'


class File:
    """One file of the tree. `path` is relative to the root and uses forward slashes."""

    def __init__(self, path, text):
        self.path = path
        self.text = text
        self.lines = text.splitlines()
        self.folder = path.split("/")[0]
        self.extension = os.path.splitext(path)[1]

    @property
    def is_cpp(self):
        return self.extension in (".cpp", ".hpp")

    @property
    def is_shell(self):
        return self.extension == ".sh" or bool(re.match(r"#!.*\b(ba)?sh\b", self.text))

    def code(self):
        """The text with comments and the insides of literals blanked; line numbers stay."""
        return _TOKEN.sub(_blank, self.text)


class Tree:
    """All text files of the project: those git knows or would add, or without git all there are."""

    def __init__(self, root, files):
        self.root = root
        self.files = files
        self.paths = {file.path for file in files}

    @staticmethod
    def load(root):
        files = []
        for path in sorted(_paths(root)):
            try:
                with open(os.path.join(root, path), encoding="utf-8", newline="") as stream:
                    files.append(File(path, stream.read()))
            except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
                continue  # binary, or deleted and not yet committed
        return Tree(root, files)

    def cpp(self):
        return [file for file in self.files if file.is_cpp]

    def exists(self, path):
        """Whether a file or folder of this path is part of the tree."""
        return path in self.paths or any(known.startswith(path + "/") for known in self.paths)


def _paths(root):
    command = ["git", "-C", root, "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        listed = subprocess.run(command, capture_output=True, check=True).stdout.decode()
        return [path for path in listed.split("\0") if path]
    except (OSError, subprocess.CalledProcessError):
        return list(_walk(root))


def _walk(root):
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in SKIPPED_FOLDERS]
        for name in names:
            yield os.path.relpath(os.path.join(folder, name), root).replace(os.sep, "/")
