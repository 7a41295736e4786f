"""What must not stand in any file: reminders, tabs, machine paths, secrets, sleeping tests."""

import re

# Put together from pieces, so that this file passes its own rules.
_REMINDERS = ["TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK"]
_REMINDER = re.compile(r"\b(" + "|".join(_REMINDERS) + r")\b")
_MACHINE = re.compile(r"(?<![\w.$}/])/(?:home|Users|work|root|farm)/\w")
_SECRET = re.compile("-----BEGIN [A-Z ]*PRIVATE " + "KEY-----|AKIA[0-9A-Z]{16}")
_SLEEP = re.compile(r"\b(sleep_for|sleep_until|usleep|nanosleep)\b|(?<![\w.>])::sleep\(")
_LITERAL_TABS = {".csv", ".tsv", ".mk"}


def _matches(files, pattern, message):
    for file in files:
        for number, line in enumerate(file.lines, 1):
            match = pattern.search(line)
            if match:
                yield file.path, number, f"{message}: {match.group(0).strip()}"


def check_reminders(tree):
    yield from _matches(tree.files, _REMINDER, "do it, or open an issue for it")


def check_machine_paths(tree):
    yield from _matches(tree.files, _MACHINE, "a path of one machine")


def check_secrets(tree):
    yield from _matches(tree.files, _SECRET, "a secret")


def check_sleeping_tests(tree):
    tests = [file for file in tree.cpp() if file.folder == "tests"]
    yield from _matches(tests, _SLEEP, "a test waits for an event or moves a clock")


def check_whitespace(tree):
    for file in tree.files:
        if file.extension in _LITERAL_TABS:
            continue  # white space is data there, line ends included
        for number, line in enumerate(file.text.split("\n"), 1):
            if "\t" in line:
                yield file.path, number, "a tab; indent with spaces"
            if line != line.rstrip():
                yield file.path, number, "white space at the line's end"
        if file.text and not file.text.endswith("\n"):
            yield file.path, len(file.lines), "no line break at the file's end"
