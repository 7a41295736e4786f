#include "tenant_db/modules/hr/department_store.hpp"

namespace bgerp::hr {

namespace {

// By the unique key on the name, without a lock.
constexpr const char* find_sql = "SELECT id FROM department WHERE name = ?";

// Two imports that make the same department at once: the second waits for the first's commit on
// the unique key and then finds the row.
constexpr const char* insert_sql =
    "INSERT INTO department (name) VALUES (?) ON DUPLICATE KEY UPDATE id = LAST_INSERT_ID(id)";

} // namespace

std::uint64_t DepartmentStore::id_of(mysql::Transaction& transaction, const std::string& name) {
    for (const auto* ids : {&known_, &uncommitted_}) {
        if (const auto found = ids->find(name); found != ids->end()) {
            return found->second;
        }
    }
    auto id =
        transaction.query_one(find_sql, {name}, [](const mysql::Row& row) { return row.u64(0); });
    if (!id) {
        transaction.execute(insert_sql, {name});
        id = transaction.last_insert_id();
    }
    uncommitted_.emplace(name, *id);
    return *id;
}

} // namespace bgerp::hr
