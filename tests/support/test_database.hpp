// A corner of the shared test server for one test: a core name of its own, so that tests run in
// parallel and see nothing of each other. The core database `<core_name>` and the tenants'
// `<core_name>_t_<org>` are created by the test; whatever stands under the name, databases and
// accounts, is dropped at the end. Files (master key, storage) go into a temporary folder.
#pragma once

#include "base/config.hpp"
#include "base/mysql/connection.hpp"
#include "base/mysql/pool.hpp"

#include <memory>
#include <string>

namespace bgerp::testing_support {

class TestDatabase {
public:
    TestDatabase();
    TestDatabase(const TestDatabase&) = delete;
    TestDatabase& operator=(const TestDatabase&) = delete;
    ~TestDatabase();

    /// A configuration whose server is the shared one and whose core name is this test's alone.
    [[nodiscard]] const Config& config() const { return config_; }

    /// The section `database` of a configuration file for programs that work on it.
    [[nodiscard]] std::string config_section() const;

    /// The name of a tenant's database, whether or not it exists.
    [[nodiscard]] std::string tenant_database(const std::string& org_code) const;

    /// The administrator's endpoint, for `database` (may be empty).
    [[nodiscard]] mysql::Endpoint admin(const std::string& database = {}) const;

    /// Creates an empty database of this test's name plus `suffix` and returns its name.
    std::string create_database(const std::string& suffix = {});

    /// A pool of administrator connections to `database`.
    [[nodiscard]] std::unique_ptr<mysql::Pool>
    admin_pool(const std::string& database, std::size_t connections_max = 8) const;

    /// A folder of this test's own, deleted at the end.
    [[nodiscard]] const std::string& folder() const { return folder_; }

private:
    void drop_all();

    Config config_;
    std::string folder_;
};

} // namespace bgerp::testing_support
