#!/usr/bin/env python3
"""usage: summary.py FOLDER PERIOD

Prints what scripts/run did, from the files it left in FOLDER, and checks that the payroll
register holds one payslip an employee, as many as the run says. Exits 1 if it doesn't.
"""

import csv
import json
import os
import sys


def read_json(folder, name):
    path = os.path.join(folder, name)
    if not os.path.exists(path):
        return None
    with open(path, encoding="utf-8") as stream:
        return json.load(stream)


def payslips(path):
    """The employee codes of a register's rows, without a line of totals."""
    with open(path, encoding="utf-8", newline="") as stream:
        return [row["employee_code"] for row in csv.DictReader(stream) if row["employee_code"]]


def figure(name, value):
    print(f"  {name:<22}{value:>18}")


def main():
    folder, period = sys.argv[1:3]
    imported, payroll = read_json(folder, "import.json"), read_json(folder, "payroll.json")
    register = os.path.join(folder, f"payroll_register_{period}.csv")
    codes = payslips(register)

    print(f"\nDemo, payroll of {period}")
    figure("rows read", f"{imported['rows']:,}")
    figure("accepted", f"{imported['accepted']:,}")
    figure("rejected", f"{imported['rejected']:,}")
    figure("payslips", f"{payroll['payslips']:,}")
    for name in ("gross", "deductions", "net", "employer"):
        figure(f"{name} {payroll['currency']}", payroll[name])
    print(f"\n  register        {os.path.relpath(register)} (and .xlsx)")
    if imported["rejected"]:
        errors = os.path.relpath(os.path.join(folder, "employees_errors.csv"))
        print(f"  rejected rows   {errors}: mend them and import that file")
    print()

    if len(codes) != len(set(codes)) or len(codes) != payroll["payslips"]:
        print(
            f"error: {len(codes)} rows of {len(set(codes))} employees in the register,"
            f" {payroll['payslips']} payslips in the run",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
