#!/usr/bin/env python3
"""What an import of employees must make of a file, computed a second time.

Written from the rules alone and sharing no code with the importer, so that the tests can compare
the two. Standard library only; reads the whole file into memory, which the importer must not.

usage: import_reference.py FILE [--existing FILE]
    prints one JSON document: rows, accepted, rejected, codes {code: rows}, errors [{line, field, code}]
    --existing: employee codes already in the database, one a line (insert mode)
"""

import argparse
import csv
import datetime
import json
import re
from collections import Counter

COLUMNS = (
    "employee_code first_name last_name email department job_title hire_date termination_date "
    "pay_type base_salary currency bank_account"
).split()
REQUIRED = (
    "employee_code first_name last_name email hire_date pay_type base_salary currency"
).split()
WHITESPACE = " \t\n\v\f\r"
LENGTHS = {
    "employee_code": 64, "first_name": 255, "last_name": 255, "email": 254, "department": 255,
    "job_title": 255, "bank_account": 34,
}
INTEGER_DIGITS, FRACTION_DIGITS = 28, 10


def is_email(text):
    if text.count("@") != 1:
        return False
    local, domain = text.split("@")
    return local != "" and "." in domain[1:-1]


def is_date(text):
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return False
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def is_iban(text):
    if not re.fullmatch(r"[0-9A-Za-z]+", text):
        return False
    digits = "".join(str(int(character, 36)) for character in text[4:] + text[:4])
    return int(digits) % 97 == 1


def number_fits(text):
    whole, _, fraction = text.lstrip("-").partition(".")
    return len(whole.lstrip("0")) <= INTEGER_DIGITS and len(fraction.rstrip("0")) <= FRACTION_DIGITS


def first_broken_rule(row):
    """(field, code) of the first rule that one trimmed record breaks, or None."""
    for field in REQUIRED:
        if row[field] == "":
            return field, "missing"
    if not is_email(row["email"]):
        return "email", "invalid_email"
    for field in ("hire_date", "termination_date"):
        if row[field] != "" and not is_date(row[field]):
            return field, "invalid_date"
    if row["termination_date"] != "" and row["termination_date"] < row["hire_date"]:
        return "termination_date", "invalid_range"
    if row["pay_type"] not in ("salaried", "hourly"):
        return "pay_type", "unknown_value"
    if not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", row["base_salary"]):
        return "base_salary", "invalid_number"
    if row["base_salary"].startswith("-") and re.search("[1-9]", row["base_salary"]):
        return "base_salary", "negative"
    if not re.fullmatch("[A-Z]{3}", row["currency"]):
        return "currency", "invalid_currency"
    if row["bank_account"] != "" and not is_iban(row["bank_account"]):
        return "bank_account", "invalid_iban"
    for field in COLUMNS:
        too_long = len(row[field]) > LENGTHS.get(field, 10**9)
        if too_long or (field == "base_salary" and not number_fits(row[field])):
            return field, "too_long"
    return None


def records(path):
    """(line on which it starts, fields) of every record, the header first; blank lines skipped."""
    with open(path, encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, strict=True)
        line = 1
        for fields in reader:
            if fields:
                yield line, fields
            line = reader.line_num + 1


def judge(path, existing=()):
    """(accepted rows, [(line, field, code)], record count without the header)."""
    stream = records(path)
    _, header = next(stream)
    header = [name.strip(WHITESPACE) for name in header]
    accepted, errors, codes_seen, count = [], [], set(), 0
    for line, fields in stream:
        count += 1
        if len(fields) != len(header):
            errors.append((line, "", "column_count"))
            continue
        given = dict(zip(header, (field.strip(WHITESPACE) for field in fields)))
        row = {column: given.get(column, "") for column in COLUMNS}
        broken = first_broken_rule(row)
        if broken is None and row["employee_code"] in codes_seen:
            broken = ("employee_code", "duplicate_in_file")
        if broken is None and row["employee_code"] in existing:
            broken = ("employee_code", "already_exists")
        if broken is not None:
            errors.append((line, *broken))
            continue
        codes_seen.add(row["employee_code"])
        accepted.append(row)
    return accepted, errors, count


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file")
    parser.add_argument("--existing")
    arguments = parser.parse_args()
    existing = set()
    if arguments.existing:
        with open(arguments.existing, encoding="utf-8") as file:
            existing = {line.strip() for line in file if line.strip()}
    accepted, errors, count = judge(arguments.file, existing)
    print(json.dumps({
        "rows": count,
        "accepted": len(accepted),
        "rejected": len(errors),
        "codes": dict(sorted(Counter(code for _, _, code in errors).items())),
        "errors": [{"line": line, "field": field, "code": code} for line, field, code in errors],
    }, indent=1))


if __name__ == "__main__":
    main()
