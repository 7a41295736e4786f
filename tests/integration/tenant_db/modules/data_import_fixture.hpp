// What tests of imports share: a file's text becomes an import in the test's storage, run by a fake
// job.
#pragma once

#include "base/ids.hpp"
#include "tenant_db/modules/data_import/import_store.hpp"
#include "tenant_db/modules/data_import/run_import.hpp"
#include "tests/support/fake_job_control.hpp"
#include "tests/support/module_database.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace bgerp::data_import {

using testing_support::FakeJobControl;
using testing_support::ModuleDatabase;

inline constexpr const char* header =
    "employee_code,first_name,last_name,email,department,job_title,hire_date,termination_date,"
    "pay_type,base_salary,currency,bank_account\n";

inline std::string good_row(const std::string& code, const std::string& salary = "50000") {
    return code + ",Ada,Byron,ada@example.com,Research,Engineer,2020-01-01,,salaried," + salary +
           ",USD,\n";
}

class DataImport : public testing::Test {
protected:
    std::uint64_t order(
        const std::string& csv,
        ImportMode mode = ImportMode::insert,
        bool dry_run = false,
        const Json& mapping = {},
        const std::string& target = "employees"
    ) {
        ImportRecord import;
        import.target = target;
        import.mode = mode;
        import.dry_run = dry_run;
        import.mapping = mapping;
        import.file_name = TenantStorage::new_name("imports", ".csv");
        import.file_bytes = csv.size();
        const std::string path = db.storage().path(import.file_name);
        std::filesystem::create_directories(std::filesystem::path(path).parent_path());
        std::ofstream(path, std::ios::binary) << csv;
        return mysql::with_transaction(
            db.pool(),
            Deadline::after(std::chrono::seconds(10)),
            [&](mysql::Transaction& transaction) {
                return insert_import(transaction, import, "test.csv", new_uuid());
            }
        );
    }

    Result<Json> run(std::uint64_t id) {
        FakeJobControl control;
        return run_import(db.pool(), control, db.storage(), id);
    }

    std::string errors_of(std::uint64_t id) {
        ImportRecord import;
        import.id = id;
        std::ifstream file(db.storage().path(import.errors_file_name()), std::ios::binary);
        std::stringstream text;
        text << file.rdbuf();
        return text.str();
    }

    std::string employees() {
        return db.table(
            "SELECT employee_code, first_name, last_name, email, d.name, job_title, hire_date, "
            "termination_date, pay_type, base_salary, currency, bank_account FROM employee e LEFT "
            "JOIN department d ON d.id = department_id ORDER BY employee_code",
            12
        );
    }

    ModuleDatabase db;
};

} // namespace bgerp::data_import
