#!/usr/bin/env python3
"""Checks the source tree against the project's own rules: a line a problem, exit 1 if any.

usage: lint.py [ROOT] [--rule NAME] [--long-files]
"""

import argparse
import os
import sys

import build_files
import layers
import shape
import text
from source import Tree

RULES = {
    "layers": layers.check_layers,
    "doors": layers.check_doors,
    "file_length": shape.check_file_length,
    "function_length": shape.check_function_length,
    "headers": shape.check_headers,
    "reminders": text.check_reminders,
    "machine_paths": text.check_machine_paths,
    "secrets": text.check_secrets,
    "sleeping_tests": text.check_sleeping_tests,
    "whitespace": text.check_whitespace,
    "cmake_lists": build_files.check_cmake_lists,
    "no_glob": build_files.check_no_glob,
    "shell": build_files.check_shell,
    "links": build_files.check_links,
    "mentions": build_files.check_mentions,
}


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("root", nargs="?", default=os.path.join(here, "..", ".."))
    parser.add_argument("--rule", choices=RULES, action="append", help="only this rule")
    parser.add_argument("--long-files", action="store_true", help="list files past the wished size")
    options = parser.parse_args()

    tree = Tree.load(os.path.abspath(options.root))
    if options.long_files:
        for lines, path in shape.long_files(tree):
            print(f"{lines:5} {path}")
        return 0
    problems = 0
    for name in options.rule or RULES:
        for path, line, message in RULES[name](tree):
            print(f"{path}:{line}: {message} [{name}]")
            problems += 1
    print(f"{len(tree.files)} files, {problems} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
