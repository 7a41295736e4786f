#!/usr/bin/env python3
"""The payroll of a month, computed a second time, with fractions and the standard library alone.

Written from the rules and sharing no code with the payroll module, so that the tests can compare
the two. Takes the employees that import_reference.py accepts from a file.

usage: payroll_reference.py EMPLOYEES.csv PERIOD [--attendance FILE] [--payslips]
    prints {"period", "currency", "payslips", "gross", "deductions", "employer", "net"}, and with
    --payslips every payslip under "rows". --attendance: CSV of employee_code,date,hours.
"""

import argparse
import calendar
import csv
import datetime
import json
from fractions import Fraction

import import_reference

NO_MINOR_UNIT = set(
    "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split()
)
THREE_DIGITS = set("BHD IQD JOD KWD LYD OMR TND".split())
FOUR_DIGITS = {"CLF", "UYW"}
SOCIAL_SECURITY_CAP = Fraction(14050)
SLABS = (  # up to (a year), rate
    (Fraction(12000), Fraction(0)),
    (Fraction(45000), Fraction(12, 100)),
    (Fraction(95000), Fraction(22, 100)),
    (None, Fraction(32, 100)),
)


def minor_digits(currency):
    if currency in NO_MINOR_UNIT:
        return 0
    if currency in THREE_DIGITS:
        return 3
    return 4 if currency in FOUR_DIGITS else 2


def rounded(value, digits):
    """Half away from zero."""
    magnitude = int(abs(value) * 10**digits + Fraction(1, 2))
    return Fraction(magnitude if value >= 0 else -magnitude, 10**digits)


def plain(value, digits):
    units = int(abs(value) * 10**digits)
    text = str(units).rjust(digits + 1, "0")
    text = text[:-digits] + "." + text[-digits:] if digits else text
    return ("-" if value < 0 else "") + text


def year_tax(income):
    tax, lower = Fraction(0), Fraction(0)
    for upper, rate in SLABS:
        top = income if upper is None else min(income, upper)
        if top > lower:
            tax += (top - lower) * rate
        if upper is not None:
            lower = upper
    return tax


def worked_hours(days, attendance):
    """(hours, hours beyond eight a day); attendance {date: hours} or None for no record at all."""
    if attendance is None:
        return Fraction(8 * sum(day.weekday() < 5 for day in days)), Fraction(0)
    hours = [attendance[day] for day in days if day in attendance]
    return sum(hours, Fraction(0)), sum((max(h - 8, 0) for h in hours), Fraction(0))


def payslip(employee, year, month, attendance=None):
    """One payslip as a dict of fractions, or None for who wasn't employed that month."""
    month_days = calendar.monthrange(year, month)[1]
    first = max(
        datetime.date.fromisoformat(employee["hire_date"]), datetime.date(year, month, 1)
    )
    last = datetime.date(year, month, month_days)
    if employee["termination_date"]:
        last = min(last, datetime.date.fromisoformat(employee["termination_date"]))
    count = (last - first).days + 1
    if count <= 0:
        return None
    days = [first + datetime.timedelta(offset) for offset in range(count)]
    digits = minor_digits(employee["currency"])
    base = Fraction(employee["base_salary"])
    hours = Fraction(0)
    if employee["pay_type"] == "salaried":
        gross = rounded(base / 12 * count / month_days, digits)
    else:
        hours, overtime = worked_hours(days, attendance)
        gross = rounded(base * (hours + overtime / 2), digits)
    capped = min(gross, SOCIAL_SECURITY_CAP)
    pension = rounded(gross * Fraction(5, 100), digits)
    social_security = rounded(capped * Fraction(62, 1000), digits)
    medicare = rounded(gross * Fraction(145, 10000), digits)
    income_tax = rounded(year_tax((gross - pension) * 12) / 12, digits)
    employer = rounded(capped * Fraction(62, 1000), digits)
    deductions = pension + social_security + medicare + income_tax
    return {
        "employee_code": employee["employee_code"], "currency": employee["currency"],
        "employed_days": count, "hours": hours, "gross": gross, "pension": pension,
        "social_security": social_security, "medicare": medicare, "income_tax": income_tax,
        "employer_social_security": employer, "deductions": deductions, "employer": employer,
        "net": gross - deductions,
    }


def read_attendance(path, year, month):
    """{employee_code: {date: hours}} of one month; several rows of a day add up."""
    attendance = {}
    with open(path, encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            day = datetime.date.fromisoformat(row["date"])
            if (day.year, day.month) == (year, month):
                days = attendance.setdefault(row["employee_code"], {})
                days[day] = days.get(day, Fraction(0)) + Fraction(row["hours"])
    return attendance


def payroll(employees, period, attendance=None):
    year, month = map(int, period.split("-"))
    attendance = attendance or {}
    slips = (
        payslip(employee, year, month, attendance.get(employee["employee_code"]))
        for employee in employees
    )
    return [slip for slip in slips if slip is not None]


def totals(slips, period):
    """The register's totals; of one currency, or a list with one entry a currency."""
    registers = []
    for currency in sorted({slip["currency"] for slip in slips}):
        own = [slip for slip in slips if slip["currency"] == currency]
        digits = minor_digits(currency)
        register = {"period": period, "currency": currency, "payslips": len(own)}
        for name in ("gross", "deductions", "employer", "net"):
            register[name] = plain(sum(slip[name] for slip in own), digits)
        registers.append(register)
    return registers[0] if len(registers) == 1 else registers


def printable(slip):
    digits = minor_digits(slip["currency"])
    return {
        key: plain(value, 10 if key == "hours" else digits) if isinstance(value, Fraction) else value
        for key, value in slip.items()
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("employees")
    parser.add_argument("period")
    parser.add_argument("--attendance")
    parser.add_argument("--payslips", action="store_true")
    arguments = parser.parse_args()
    year, month = map(int, arguments.period.split("-"))
    attendance = (
        read_attendance(arguments.attendance, year, month) if arguments.attendance else None
    )
    employees, _, _ = import_reference.judge(arguments.employees)
    slips = payroll(employees, arguments.period, attendance)
    result = totals(slips, arguments.period)
    if arguments.payslips:
        result = {"totals": result, "rows": [printable(slip) for slip in slips]}
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
