// A tenant's database with the modules' tables, for tests of imports, payroll and reports without
// the queue. Storage lies in the test's folder.
#pragma once

#include "tenant_db/storage.hpp"
#include "tests/support/test_database.hpp"

#include <memory>
#include <string>

namespace bgerp::testing_support {

class ModuleDatabase {
public:
    ModuleDatabase();

    [[nodiscard]] mysql::Pool& pool() { return *pool_; }

    [[nodiscard]] const TenantStorage& storage() const { return storage_; }

    /// The first column of the first row, or "".
    [[nodiscard]] std::string value(const std::string& sql);

    /// All rows, columns joined by '|', one a line.
    [[nodiscard]] std::string table(const std::string& sql, unsigned columns);

    void execute(const std::string& sql);

private:
    TestDatabase database_;
    std::unique_ptr<mysql::Pool> pool_;
    TenantStorage storage_;
};

} // namespace bgerp::testing_support
