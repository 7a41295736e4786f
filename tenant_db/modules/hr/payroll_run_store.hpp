// The statements on `payroll_run`. Functions that take a Transaction are part of the caller's step;
// nothing here commits. Blocking; errors of the database are thrown.
#pragma once

#include "base/json.hpp"
#include "base/mysql/transaction.hpp"
#include "tenant_db/modules/hr/payroll_run.hpp"

#include <string>
#include <vector>

namespace bgerp::hr {

/// The period's run that isn't reversed, made as a draft when there is none, and its row locked to
/// the transaction's end.
[[nodiscard]] PayrollRun
lock_or_insert_run(mysql::Transaction& transaction, const PayrollPeriod& period);

/// The same run without making one; its row locked. not_found.
[[nodiscard]] Result<PayrollRun>
lock_active_run(mysql::Transaction& transaction, const PayrollPeriod& period);

/// Starts a new generation of the run from the first employee, calculated by the job. Changes
/// `run` likewise.
void begin_generation(
    mysql::Transaction& transaction, PayrollRun& run, const std::string& job_uuid
);

/// Locks the run's row and proves that it is still where `run` says: same generation, same cursor,
/// still being calculated. lease_lost otherwise.
[[nodiscard]] Result<void> lock_cursor(mysql::Transaction& transaction, const PayrollRun& run);

/// Moves the cursor to what `run` says.
void save_cursor(mysql::Transaction& transaction, const PayrollRun& run);

/// Ends the calculation: the register's totals are the sums of its payslips.
void mark_calculated(mysql::Transaction& transaction, const PayrollRun& run);

void mark_approved(
    mysql::Transaction& transaction, std::uint64_t run_id, const std::string& approved_by
);

void mark_reversed(
    mysql::Transaction& transaction, std::uint64_t run_id, const std::string& reversed_by
);

/// {"period","currency","payslips","gross","deductions","employer","net","totals","state", …} of
/// the period's newest run, reversed or not. Amounts are decimals as strings with the currency's
/// minor digits. Runs with several currencies have one entry each in "totals", and null for the
/// single figures, because sums over currencies mean nothing. not_found.
[[nodiscard]] Result<Json> show_run(mysql::Session& session, const PayrollPeriod& period);

/// What the job returns: the same without state and people.
[[nodiscard]] Json register_totals(mysql::Session& session, const PayrollRun& run);

/// Newest first: period, state, payslips and when; without amounts.
[[nodiscard]] std::vector<Json> list_runs(mysql::Session& session, std::size_t limit);

} // namespace bgerp::hr
