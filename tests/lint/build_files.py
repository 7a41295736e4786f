"""That CMake lists every source by name, scripts parse, and links in the docs lead somewhere."""

import os
import posixpath
import re
import subprocess

_GLOB = re.compile(r"\bfile\s*\(\s*GLOB|\baux_source_directory\b", re.IGNORECASE)
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^()\s]+)\)")
_CODE_BLOCK = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def _cmake_text(file):
    return re.sub(r"#[^\n]*", "", file.text)


def check_cmake_lists(tree):
    """Every .cpp is named in a CMakeLists.txt, relative to that file's folder."""
    listed = set()
    for file in tree.files:
        folder, name = posixpath.split(file.path)
        if name == "CMakeLists.txt":
            for source in re.findall(r"[\w./+-]+\.cpp\b", _cmake_text(file)):
                listed.add(posixpath.normpath(posixpath.join(folder, source)))
    for file in tree.files:
        if file.extension == ".cpp" and file.path not in listed:
            yield file.path, 1, "not built: no CMakeLists.txt names it"


def check_no_glob(tree):
    for file in tree.files:
        if posixpath.basename(file.path) == "CMakeLists.txt" or file.extension == ".cmake":
            for number, line in enumerate(_cmake_text(file).split("\n"), 1):
                if _GLOB.search(line):
                    yield file.path, number, "sources are listed by name, never by pattern"


def check_shell(tree):
    for file in tree.files:
        if not file.is_shell:
            continue
        result = subprocess.run(
            ["bash", "-n"], input=file.text.encode(), capture_output=True, check=False
        )
        if result.returncode != 0:
            yield file.path, 1, "bash can't read it: " + result.stderr.decode().strip()
        if file.text.startswith("#!") and "set -euo pipefail" not in file.text:
            yield file.path, 1, "a script starts with `set -euo pipefail`"


def _slug(heading):
    """A heading's anchor, as the usual Markdown hosts make it."""
    text = re.sub(r"[`*\[\]]|\([^)]*\)$", "", heading.strip().lower())
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


def _anchors(text):
    return {_slug(match) for match in re.findall(r"^#+ +(.+)$", text, re.MULTILINE)}


def check_links(tree):
    texts = {file.path: file.text for file in tree.files if file.extension == ".md"}
    for path, text in texts.items():
        prose = _CODE_BLOCK.sub(lambda match: "\n" * match.group(0).count("\n"), text)
        for match in _LINK.finditer(prose):
            problem = _broken(tree, texts, path, match.group(1))
            if problem:
                yield path, prose.count("\n", 0, match.start()) + 1, problem


_MENTION = re.compile(r"(?<![\w./-])(?:[\w-]+/)*[\w-]+\.md\b")


def check_mentions(tree):
    """A document that a text names is there, from the root or from the text's folder."""
    for file in tree.files:
        if file.path.startswith("tests/lint/"):
            continue  # invented names in the rules' own tests
        folder = posixpath.dirname(file.path)
        for number, line in enumerate(file.lines, 1):
            for name in _MENTION.findall(_LINK.sub("", line)):  # links are checked above
                if not {name, posixpath.join(folder, name)} & tree.paths:
                    yield file.path, number, f"no such document: {name}"


def _broken(tree, texts, path, target):
    if re.match(r"[a-z]+:", target):
        return None
    target, _, anchor = target.partition("#")
    found = posixpath.normpath(posixpath.join(posixpath.dirname(path), target)) if target else path
    if not tree.exists(found) and not os.path.isdir(os.path.join(tree.root, found)):
        return f"the link leads nowhere: {target}"
    if anchor and found in texts and anchor not in _anchors(texts[found]):
        return f"{found} has no heading for #{anchor}"
    return None
