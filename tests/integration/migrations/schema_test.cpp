#include "migrations/schema.hpp"
#include "tests/support/test_database.hpp"

#include <gtest/gtest.h>

namespace bgerp::migrations {
namespace {

class SchemaTest : public testing::Test {
protected:
    SchemaTest()
        : connection_(database_.admin(database_.create_database()))
        , schema_(connection_) {
        schema_.create_table_if_missing(
            "item",
            "id INT NOT NULL AUTO_INCREMENT, name VARCHAR(20) NOT NULL DEFAULT 'x', "
            "PRIMARY KEY (id)"
        );
    }

    [[nodiscard]] Schema& schema() { return schema_; }

    [[nodiscard]] mysql::Connection& connection() { return connection_; }

    // What the helper under test would still do: nothing, if it is idempotent.
    template <class Change>
    std::vector<std::string> pretended(Change change) {
        std::vector<std::string> printed;
        Schema pretending(connection_, [&](const std::string& sql) { printed.push_back(sql); });
        change(pretending);
        return printed;
    }

    template <class Change>
    void expect_idempotent(Change change) {
        EXPECT_EQ(pretended(change).size(), 1U) << "the first time there is one thing to do";
        change(schema_);
        EXPECT_TRUE(pretended(change).empty()) << "the second time there is nothing";
        change(schema_);
    }

private:
    testing_support::TestDatabase database_;
    mysql::Connection connection_;
    Schema schema_;
};

TEST_F(SchemaTest, ChangesAreMadeOnce) {
    expect_idempotent([](Schema& s) { s.create_table_if_missing("other", "id INT PRIMARY KEY"); });
    expect_idempotent([](Schema& s) { s.add_column_if_missing("item", "note", "TEXT NULL"); });
    expect_idempotent([](Schema& s) { s.add_index_if_missing("item", "by_name", "KEY (name)"); });
    expect_idempotent([](Schema& s) {
        s.add_index_if_missing("item", "one_name", "UNIQUE KEY (name, id)");
    });
    expect_idempotent([](Schema& s) { s.drop_index_if_exists("item", "by_name"); });
    expect_idempotent([](Schema& s) { s.drop_column_if_exists("item", "note"); });
    expect_idempotent([](Schema& s) { s.drop_table_if_exists("other"); });
    EXPECT_TRUE(schema().has_index("item", "one_name"));
    EXPECT_FALSE(schema().has_index("item", "by_name"));
    EXPECT_FALSE(schema().has_table("other"));
}

TEST_F(SchemaTest, AColumnIsModifiedOnlyWhenItsMeaningDiffers) {
    expect_idempotent([](Schema& s) {
        s.modify_column_if_different("item", "name", "VARCHAR(40) NOT NULL DEFAULT 'x'");
    });
    expect_idempotent([](Schema& s) {
        s.modify_column_if_different("item", "name", "VARCHAR(40) NULL COMMENT 'a, b'");
    });
    const auto same = pretended([](Schema& s) {
        s.modify_column_if_different("item", "id", "INTEGER NOT NULL AUTO_INCREMENT");
        s.modify_column_if_different("item", "name", "varchar(40) COMMENT 'a, b'");
    });
    EXPECT_TRUE(same.empty());
}

TEST_F(SchemaTest, ARowIsInsertedOnceAndNeverUpdated) {
    const auto insert = [](const char* name) {
        return [name](Schema& s) {
            s.insert_if_not_exists("item", {{"id", 7}, {"name", name}}, {"id"});
        };
    };
    EXPECT_EQ(
        pretended(insert("first")).at(0).find("values: 7, 'first', 7") != std::string::npos,
        true
    );
    insert("first")(schema());
    insert("second")(schema());
    const auto name = connection().query_one(
        "SELECT GROUP_CONCAT(name) FROM item",
        {},
        [](const mysql::Row& row) { return row.text(0); }
    );
    EXPECT_EQ(name, "first");
    EXPECT_THROW(schema().insert_if_not_exists("item", {{"id", 7}}, {"name"}), Failure);
}

} // namespace
} // namespace bgerp::migrations
