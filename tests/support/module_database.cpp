#include "tests/support/module_database.hpp"

#include "migrations/catalog.hpp"

namespace bgerp::testing_support {

ModuleDatabase::ModuleDatabase()
    : pool_(database_.admin_pool(database_.create_database()))
    , storage_(database_.config().storage.dir, value_or_throw(OrgCode::parse("demo"))) {
    const auto connection = pool_->acquire(Deadline::after(std::chrono::seconds(10)));
    migrations::Schema schema(*connection);
    for (const auto& migration :
         migrations::tenant_migrations({"base", "hr", "sales", "reports"})) {
        migration.up(schema);
    }
}

std::string ModuleDatabase::value(const std::string& sql) {
    return pool_->acquire(Deadline::after(std::chrono::seconds(10)))
        ->query_one(sql, {}, [](const mysql::Row& row) { return row.text(0); })
        .value_or("");
}

std::string ModuleDatabase::table(const std::string& sql, unsigned columns) {
    std::string text;
    pool_->acquire(Deadline::after(std::chrono::seconds(10)))
        ->query(sql, {}, [&](const mysql::Row& row) {
            for (unsigned i = 0; i < columns; ++i) {
                text += (i == 0 ? "" : "|") + row.optional_text(i).value_or("-");
            }
            text += "\n";
        });
    return text;
}

void ModuleDatabase::execute(const std::string& sql) {
    pool_->acquire(Deadline::after(std::chrono::seconds(10)))->execute_text(sql);
}

} // namespace bgerp::testing_support
