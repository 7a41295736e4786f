"""Puts a table that was measured into a document, between two comments that name it."""

import pathlib
import re


def write_between(document: pathlib.Path, marker: str, table: str) -> None:
    start, end = f"<!-- {marker}: written by scripts/bench -->", f"<!-- /{marker} -->"
    text = document.read_text()
    if start not in text or end not in text:
        raise SystemExit(f"error: {document} lacks the lines {start} and {end}")
    pattern = re.escape(start) + ".*?" + re.escape(end)
    document.write_text(re.sub(pattern, lambda _: f"{start}\n{table}\n{end}", text, flags=re.S))
