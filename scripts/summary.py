#!/usr/bin/env python3
"""usage: summary.py FOLDER PERIOD

Prints what scripts/run did, from the files it left in FOLDER, and checks that the payroll
register holds one payslip an employee, as many as the run says. Exits 1 if it doesn't.
"""

import csv
import json
import os
import sys
from decimal import Decimal


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
    print(f"  {name:<26}{value:>18}")


def print_import(imported):
    print("Employees")
    for name in ("rows", "accepted", "rejected"):
        figure(name, f"{imported[name]:,}")
    for code, count in sorted(imported["errors"].items()):
        figure(f"  {code}", f"{count:,}")


def print_payroll(payroll):
    print(f"Payroll of {payroll['period']}")
    for total in payroll["totals"]:
        figure("payslips", f"{total['payslips']:,}")
        for name in ("gross", "deductions", "net", "employer"):
            figure(f"{name} {total['currency']}", f"{Decimal(total[name]):,}")


def print_sales(countries):
    print("Sales by country, the five best")
    for row in sorted(countries, key=lambda row: -Decimal(row["total"]))[:5]:
        figure(row["country"], f"{Decimal(row['total']):,}")


def main():
    folder, period = sys.argv[1:3]
    imported, payroll = read_json(folder, "import.json"), read_json(folder, "payroll.json")
    sales = read_json(folder, "sales_by_country.json")
    register = os.path.join(folder, f"payroll_register_{period}")
    codes = payslips(f"{register}.csv")

    print()
    print_import(imported)
    print_payroll(payroll)
    if sales:
        print_sales(sales)
    print(f"\nThe register is in {register}.csv and .xlsx.")
    if imported["rejected"]:
        errors = os.path.join(folder, "employees_errors.csv")
        print(f"Rejected rows are in {errors}: mend them there and import that file.")

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
