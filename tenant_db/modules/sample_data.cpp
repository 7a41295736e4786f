#include "tenant_db/modules/sample_data.hpp"

#include "base/iso_date.hpp"
#include "base/mysql/transaction.hpp"
#include "tenant_db/modules/multi_row.hpp"

#include <array>
#include <deque>
#include <functional>

namespace bgerp {

namespace {

constexpr std::uint64_t chunk_rows = 1000;
constexpr std::chrono::seconds chunk_limit{60};

constexpr std::array departments{
    "Accounting",
    "Engineering",
    "Human Resources",
    "Legal",
    "Logistics",
    "Production",
    "Quality",
    "Sales"};
constexpr std::array first_names{
    "Ada", "Björn", "Chidi", "Dolores", "Emre", "Fatima", "Grace", "Hiro", "Ines", "Jakub", "Kofi"};
constexpr std::array last_names{
    "Almeida", "Bauer", "Castillo", "Dubois", "Eriksen", "Ferrari", "Gruber", "Haddad", "Ivanova"};
constexpr std::array countries{
    "Argentina",
    "Brazil",
    "Canada",
    "Denmark",
    "France",
    "Germany",
    "India",
    "Italy",
    "Norway",
    "Poland",
    "Portugal",
    "USA"};

constexpr bool is_hourly(std::uint64_t number) {
    return number % 3 == 0;
}

std::string padded(std::uint64_t number) {
    constexpr std::size_t digits = 7;
    const std::string text = std::to_string(number);
    return std::string(digits - std::min(digits, text.size()), '0') + text;
}

std::string hire_date(std::uint64_t number) {
    const std::chrono::sys_days first = std::chrono::year(2012) / 1 / 1;
    return format_iso_date(first + std::chrono::days(number * 37 % 5000));
}

std::string salary(std::uint64_t number) {
    const std::uint64_t whole = is_hourly(number) ? 18 + number % 40 : 32000 + number * 71 % 90000;
    return std::to_string(whole) + "." + (number % 2 == 0 ? "25" : "50");
}

// Texts that parameters point to; a deque keeps them in place.
class Rows {
public:
    const std::string& keep(std::string text) { return texts_.emplace_back(std::move(text)); }

    void add(std::initializer_list<mysql::Param> values) {
        values_.insert(values_.end(), values.begin(), values.end());
    }

    [[nodiscard]] const mysql::Params& values() const { return values_; }

private:
    std::deque<std::string> texts_;
    mysql::Params values_;
};

using InsertChunk =
    std::function<void(mysql::Transaction&, std::uint64_t first, std::uint64_t last)>;

void in_chunks(mysql::Pool& pool, std::uint64_t count, const InsertChunk& insert) {
    for (std::uint64_t first = 1; first <= count; first += chunk_rows) {
        const std::uint64_t last = std::min(count, first + chunk_rows - 1);
        mysql::with_transaction(
            pool,
            Deadline::after(chunk_limit),
            [&](mysql::Transaction& transaction) { insert(transaction, first, last); }
        );
    }
}

void insert_departments(mysql::Transaction& transaction) {
    MultiRow insert("INSERT INTO department (name)", 1, " ON DUPLICATE KEY UPDATE name = name");
    insert.write(transaction, mysql::Params(departments.begin(), departments.end()));
}

void insert_employees(mysql::Transaction& transaction, std::uint64_t first, std::uint64_t last) {
    MultiRow insert(
        "INSERT INTO employee (employee_code, first_name, last_name, email, job_title, hire_date, "
        "pay_type, base_salary, currency)",
        9,
        " ON DUPLICATE KEY UPDATE employee_code = employee_code"
    );
    Rows rows;
    for (std::uint64_t number = first; number <= last; ++number) {
        const std::string& code = rows.keep("S" + padded(number));
        rows.add(
            {code,
             first_names.at(number % first_names.size()),
             last_names.at(number % last_names.size()),
             rows.keep(code + "@example.com"),
             "Associate",
             rows.keep(hire_date(number)),
             is_hourly(number) ? "hourly" : "salaried",
             rows.keep(salary(number)),
             "USD"}
        );
    }
    insert.write(transaction, rows.values());
    const std::string& from = rows.keep("S" + padded(first));
    const std::string& to = rows.keep("S" + padded(last));
    // By the unique key on the code; departments are numbered in the order of their ids.
    transaction.execute(
        "UPDATE employee e JOIN (SELECT id, ROW_NUMBER() OVER (ORDER BY id) AS n FROM department) "
        "d ON d.n = 1 + CAST(SUBSTR(e.employee_code, 2) AS UNSIGNED) % 8 SET e.department_id = "
        "d.id WHERE e.employee_code BETWEEN ? AND ? AND e.department_id IS NULL",
        {from, to}
    );
}

// Ten working days each, some of them longer than eight hours.
void insert_attendance(
    mysql::Transaction& transaction,
    const hr::PayrollPeriod& month,
    std::uint64_t first,
    std::uint64_t last
) {
    const std::string from = "S" + padded(first);
    const std::string to = "S" + padded(last);
    for (int day = 0; day < 10; ++day) {
        const std::string date = format_iso_date(month.first_day() + std::chrono::days(day * 2));
        transaction.execute(
            "INSERT INTO attendance (employee_id, work_date, hours) SELECT id, ?, 7.5 + (id + ?) "
            "% 4 FROM employee WHERE employee_code BETWEEN ? AND ? AND pay_type = 'hourly' "
            "ON DUPLICATE KEY UPDATE employee_id = employee_id",
            {date, day, from, to}
        );
    }
}

void insert_customers(mysql::Transaction& transaction, std::uint64_t first, std::uint64_t last) {
    MultiRow insert(
        "INSERT INTO customer (customer_id, first_name, last_name, country, email)",
        5,
        " ON DUPLICATE KEY UPDATE customer_id = customer_id"
    );
    Rows rows;
    for (std::uint64_t number = first; number <= last; ++number) {
        rows.add(
            {number,
             first_names.at(number % first_names.size()),
             last_names.at(number * 5 % last_names.size()),
             countries.at(number % countries.size()),
             rows.keep("customer" + std::to_string(number) + "@example.com")}
        );
    }
    insert.write(transaction, rows.values());
}

void insert_invoices(
    mysql::Transaction& transaction,
    std::uint64_t customers,
    std::uint64_t first,
    std::uint64_t last
) {
    MultiRow insert(
        "INSERT INTO invoice (invoice_id, customer_id, invoice_date, billing_country, total)",
        5,
        " ON DUPLICATE KEY UPDATE invoice_id = invoice_id"
    );
    const std::chrono::sys_days first_day = std::chrono::year(2024) / 1 / 1;
    Rows rows;
    for (std::uint64_t number = first; number <= last; ++number) {
        const std::uint64_t customer = 1 + number % customers;
        rows.add(
            {number,
             customer,
             rows.keep(format_iso_date(first_day + std::chrono::days(number % 1000))),
             countries.at(customer % countries.size()),
             rows.keep(std::to_string(1 + number * 13 % 500) + ".99")}
        );
    }
    insert.write(transaction, rows.values());
}

} // namespace

void seed_employees(mysql::Pool& pool, std::uint64_t count, const hr::PayrollPeriod& month) {
    mysql::with_transaction(pool, Deadline::after(chunk_limit), insert_departments);
    in_chunks(
        pool,
        count,
        [&](mysql::Transaction& transaction, std::uint64_t first, std::uint64_t last) {
            insert_employees(transaction, first, last);
            insert_attendance(transaction, month, first, last);
        }
    );
}

void seed_sales(mysql::Pool& pool, std::uint64_t count) {
    const std::uint64_t customers = 1 + count / 10;
    in_chunks(pool, customers, insert_customers);
    in_chunks(
        pool,
        count,
        [&](mysql::Transaction& transaction, std::uint64_t first, std::uint64_t last) {
            insert_invoices(transaction, customers, first, last);
        }
    );
}

std::string sample_employee_line(std::uint64_t number) {
    if (number == 0) {
        return "employee_code,first_name,last_name,email,department,job_title,hire_date,"
               "termination_date,pay_type,base_salary,currency,bank_account\n";
    }
    const std::string code = "S" + padded(number);
    return code + "," + first_names.at(number % first_names.size()) + "," +
           last_names.at(number % last_names.size()) + "," + code + "@example.com," +
           departments.at(number % departments.size()) + ",Associate," + hire_date(number) + ",," +
           (is_hourly(number) ? "hourly" : "salaried") + "," + salary(number) + ",USD,\n";
}

} // namespace bgerp
