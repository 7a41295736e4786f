// Tables as resources: filters, order, pages, and what isn't one.
#include "core_db/account.hpp"
#include "tests/api/api_fixture.hpp"

#include <gmock/gmock.h>

namespace bgerp::server {
namespace {

using ::testing::ElementsAre;

class Data : public ApiTest {
protected:
    void insert_employees(int number) {
        mysql::Connection admin(platform_.database().admin(tenants_[0].database));
        for (int i = 1; i <= number; ++i) {
            const std::string n = std::to_string(i);
            const std::string job = i % 3 == 0 ? "" : "clerk " + std::to_string(i % 4);
            admin.execute(
                "INSERT INTO employee (employee_code, first_name, last_name, email, hire_date, "
                "pay_type, base_salary, currency, job_title) VALUES (?, 'Ann', ?, 'a@b.example', "
                "'2020-01-31', 'salaried', ?, 'USD', NULLIF(?, ''))",
                {"E" + n, "Nr " + n, std::to_string(1000 + i) + ".50", job}
            );
        }
    }

    std::vector<std::string> codes(const std::string& query) {
        const Answer answer = get("/api/v1/data/employee?select=employee_code&" + query);
        EXPECT_EQ(answer.status, 200) << answer.raw.body;
        std::vector<std::string> found;
        for (const Json& row : answer.json) {
            found.push_back(row["employee_code"]);
        }
        return found;
    }
};

TEST_F(Data, FiltersAndOrders) {
    insert_employees(6);
    start();
    EXPECT_THAT(codes("base_salary=gt.1004"), ElementsAre("E4", "E5", "E6"));
    EXPECT_THAT(codes("employee_code=in.(E1,E5)&order=id.desc"), ElementsAre("E5", "E1"));
    EXPECT_THAT(codes("job_title=is.null"), ElementsAre("E3", "E6"));
    EXPECT_THAT(codes("job_title=like.clerk*&id=not.eq.1"), ElementsAre("E2", "E4", "E5"));
    EXPECT_THAT(codes("last_name=like.nr*"), ElementsAre()) << "case counts";
    EXPECT_THAT(codes("last_name=ilike.nr*&limit=1"), ElementsAre("E1"));
    EXPECT_THAT(codes("or=(employee_code.eq.E2,base_salary.gte.1006.50)"), ElementsAre("E2", "E6"));
    EXPECT_THAT(codes("hire_date=lt.2020-01-31"), ElementsAre());
}

TEST_F(Data, RowsAreTypedAndFoundById) {
    insert_employees(1);
    start();
    const Answer list = get("/api/v1/data/employee");
    ASSERT_EQ(list.json.size(), 1U);
    const Json row = list.json[0];
    EXPECT_EQ(row["base_salary"], "1001.5000000000") << "decimals are text";
    EXPECT_EQ(row["hire_date"], "2020-01-31");
    EXPECT_TRUE(row["termination_date"].is_null());
    EXPECT_TRUE(row["id"].is_number_integer());
    EXPECT_EQ(row["created_at"].get<std::string>().back(), 'Z');
    EXPECT_EQ(get("/api/v1/data/employee/" + row["id"].dump()).json, row);
    EXPECT_EQ(get("/api/v1/data/employee/999").status, 404);
    EXPECT_EQ(get("/api/v1/data/employee/x").status, 404);
    EXPECT_EQ(get("/api/v1/data/attendance/1").status, 404) << "two columns make its key";
}

TEST_F(Data, PagesFollowEachOtherWithoutGapOrRepeat) {
    insert_employees(11);
    start();
    for (const std::string order : {"id", "job_title", "job_title.desc", "last_name.desc,id"}) {
        std::string path = "/api/v1/data/employee?select=employee_code&limit=3&order=" + order;
        std::vector<std::string> seen;
        while (!path.empty()) {
            const Answer page = get(path);
            ASSERT_EQ(page.status, 200) << page.raw.body;
            for (const Json& row : page.json) {
                seen.push_back(row["employee_code"]);
            }
            const std::string link = page.raw.header("link");
            path = link.empty() ? "" : link.substr(1, link.find('>') - 1);
        }
        EXPECT_EQ(seen, codes("order=" + order)) << order;
        EXPECT_EQ(seen.size(), 11U) << order;
    }
}

TEST_F(Data, CountsWhenAsked) {
    insert_employees(5);
    start();
    Ask request{token_};
    request.headers = {{"Prefer", "count=exact"}};
    const Answer answer = ask("GET", "/api/v1/data/employee?limit=2&id=gt.1", request);
    EXPECT_EQ(answer.raw.header("content-range"), "*/4");
    EXPECT_EQ(answer.json.size(), 2U);
}

TEST_F(Data, WhatIsNoResourceIsNotFound) {
    start();
    for (const char* table : {"jobs", "idempotency_key", "file", "nothing", "employee`"}) {
        EXPECT_EQ(get(std::string("/api/v1/data/") + table).status, 404) << table;
    }
    EXPECT_EQ(get("/api/v1/data/employee?nothing=eq.1").field(), "nothing");
    EXPECT_EQ(get("/api/v1/data/employee?id=eq.x").field(), "id");
    EXPECT_EQ(get("/api/v1/data/employee?cursor=00").field(), "cursor");
    EXPECT_EQ(get("/api/v1/data/employee?limit=100000").status, 422);
    const std::string reader = token_of(tenants_[0], {"jobs:read"});
    EXPECT_EQ(ask("GET", "/api/v1/data/employee", {reader}).status, 403);
}

TEST_F(Data, TablesOfModulesATenantDoesNotHaveAreNotThere) {
    const Tenant small = platform_.create_tenant("small", {"hr"});
    core_db::join_organization(
        *platform_.core().pool().acquire(platform_.soon()),
        account_,
        small.org_id,
        "admin"
    );
    start();
    const std::string token = token_of(small, {"*"});
    EXPECT_EQ(ask("GET", "/api/v1/data/employee", {token}).json, Json::array());
    EXPECT_EQ(ask("GET", "/api/v1/data/customer", {token}).status, 404);
    EXPECT_EQ(get("/api/v1/data").json["tables"].size(), 14U);
}

} // namespace
} // namespace bgerp::server
