#include "tests/integration/tenant_db/modules/data_import_fixture.hpp"

namespace bgerp::data_import {
namespace {

TEST_F(DataImport, LoadsGoodRowsAndWritesTheOthersToTheErrorsFile) {
    const auto id = order(
        header + good_row("A1") + "A2,,Byron,ada@example.com,,,2020-01-01,,salaried,1,USD,\n" +
        good_row("A1") + "short,row\n" + good_row("A3", "12.345")
    );
    const auto output = run(id);
    ASSERT_TRUE(output) << output.error().message;
    EXPECT_EQ((*output)["rows"], 5);
    EXPECT_EQ((*output)["accepted"], 2);
    EXPECT_EQ((*output)["rejected"], 3);
    EXPECT_EQ(
        (*output)["errors"],
        Json({{"missing", 1}, {"duplicate_in_file", 1}, {"column_count", 1}})
    );
    EXPECT_EQ(
        employees(),
        "A1|Ada|Byron|ada@example.com|Research|Engineer|2020-01-01|-|salaried|50000.0000000000|USD|"
        "-\n"
        "A3|Ada|Byron|ada@example.com|Research|Engineer|2020-01-01|-|salaried|12.3450000000|USD|-"
        "\n"
    );
    EXPECT_EQ(
        errors_of(id),
        "employee_code,first_name,last_name,email,department,job_title,hire_date,termination_date,"
        "pay_type,base_salary,currency,bank_account,_line,_field,_code,_message\n"
        "A2,,Byron,ada@example.com,,,2020-01-01,,salaried,1,USD,,3,first_name,missing,first_name "
        "is missing\n"
        "A1,Ada,Byron,ada@example.com,Research,Engineer,2020-01-01,,salaried,50000,USD,,4,"
        "employee_code,duplicate_in_file,an earlier row has the same employee_code\n"
        "short,row,,,,,,,,,,,5,,column_count,\"the header has 12 columns, this row 2\"\n"
    );
    EXPECT_EQ(db.value("SELECT state FROM data_import"), "completed");
}

TEST_F(DataImport, AMendedErrorsFileCanBeImportedAgain) {
    const auto first = order(
        header + std::string("A2,,Byron,ada@example.com,,,2020-01-01,,salaried,1,USD,\n") +
        "A4,a,b,a@b.c,,,2020-01-01,,salaried,1,USD,,surplus,more\n"
    );
    ASSERT_TRUE(run(first));
    std::string mended = errors_of(first);
    mended.replace(mended.find("A2,,"), 4, "A2,Eve,");
    mended.replace(mended.find("\",surplus,more\""), 15, "");
    const auto second = order(mended);
    const auto output = run(second);
    ASSERT_TRUE(output) << output.error().message;
    EXPECT_EQ((*output)["accepted"], 2) << errors_of(second);
    EXPECT_EQ(errors_of(second), "");
}

TEST_F(DataImport, InsertRefusesWhatExistsAndUpsertChangesIt) {
    ASSERT_TRUE(run(order(header + good_row("A1") + good_row("a1"))));
    const auto inserted = run(order(header + good_row("A1", "2")));
    ASSERT_TRUE(inserted);
    EXPECT_EQ((*inserted)["errors"], Json({{"already_exists", 1}}));

    // Only the columns that the file has are changed; the second A1 is the file's own duplicate.
    const auto id = order(
        "employee_code,first_name,last_name,email,hire_date,pay_type,base_salary,currency\n"
        "A1,Bob,Byron,ada@example.com,2020-01-01,salaried,3,USD\n"
        "A1,Bob,Byron,ada@example.com,2020-01-01,salaried,4,USD\n",
        ImportMode::upsert
    );
    const auto upserted = run(id);
    ASSERT_TRUE(upserted);
    EXPECT_EQ((*upserted)["errors"], Json({{"duplicate_in_file", 1}}));
    EXPECT_EQ(
        db.value("SELECT CONCAT(first_name, ' ', base_salary, ' ', d.name) FROM employee JOIN "
                 "department d ON d.id = department_id WHERE employee_code = 'A1'"),
        "Bob 3.0000000000 Research"
    );
}

TEST_F(DataImport, ADuplicateOfAnEarlierStepIsOneOfTheFile) {
    std::string csv = header;
    for (std::size_t i = 0; i < chunk_records; ++i) {
        csv += good_row("E" + std::to_string(i));
    }
    csv += good_row("E0");
    for (const bool dry_run : {true, false}) {
        const auto output = run(order(csv, ImportMode::insert, dry_run));
        ASSERT_TRUE(output);
        EXPECT_EQ((*output)["errors"], Json({{"duplicate_in_file", 1}}));
        EXPECT_EQ((*output)["accepted"], chunk_records);
        EXPECT_EQ(
            db.value("SELECT COUNT(*) FROM employee"),
            dry_run ? "0" : std::to_string(chunk_records)
        );
    }
    const auto again = run(order(csv, ImportMode::insert, true));
    ASSERT_TRUE(again);
    EXPECT_EQ((*again)["errors"], Json({{"already_exists", chunk_records + 1}}));
}

struct Damage {
    const char* csv;
    const char* message;
    const char* field;
};

TEST_F(DataImport, ADamagedFileFailsForGoodAndLoadsNothing) {
    const std::string two_good = header + good_row("A1") + good_row("A2");
    const std::string broken_quote = two_good + "A3,\"Ada\"x,Byron\n";
    const std::string latin1 = two_good + "A3,Andr\xe9,Byron\n";
    const std::vector<Damage> cases{
        {"", "empty", ""},
        {broken_quote.c_str(), "line 4", "first_name"},
        {latin1.c_str(), "line 4", "first_name"},
        {"employee_code,first_name,shoe_size\n", "column 3: \"shoe_size\"", "shoe_size"},
        {"employee_code,employee_code\n", "there twice", "employee_code"},
        {"employee_code,first_name\n", "required column", "last_name"},
    };
    for (const Damage& damage : cases) {
        SCOPED_TRACE(damage.csv);
        const auto id = order(damage.csv);
        const auto output = run(id);
        ASSERT_FALSE(output);
        EXPECT_EQ(output.error().code, ErrorCode::invalid_argument);
        EXPECT_NE(output.error().message.find(damage.message), std::string::npos)
            << output.error().message;
        EXPECT_EQ(output.error().field, damage.field);
        EXPECT_EQ(
            db.value("SELECT state FROM data_import WHERE id = " + std::to_string(id)),
            "failed"
        );
        EXPECT_EQ(run(id).error().code, ErrorCode::conflict);
    }
    EXPECT_EQ(db.value("SELECT COUNT(*) FROM employee"), "0");
}

TEST_F(DataImport, AMappingNamesTheColumns) {
    const std::string csv =
        "Code,First Name,last_name,email,hired,pay_type,base_salary,currency,note\n"
        "A1,Ada,Byron,ada@example.com,2020-01-01,salaried,1,USD,left out\n";
    const Json mapping{
        {"Code", "employee_code"},
        {"First Name", "first_name"},
        {"hired", "hire_date"},
        {"note", nullptr}};
    const auto output = run(order(csv, ImportMode::insert, false, mapping));
    ASSERT_TRUE(output) << output.error().message;
    EXPECT_EQ((*output)["accepted"], 1);
    const auto absent = run(order(csv, ImportMode::insert, false, Json({{"nix", "email"}})));
    ASSERT_FALSE(absent);
    EXPECT_EQ(absent.error().field, "nix");
}

TEST_F(DataImport, AttendanceIsToldApartByEmployeeAndDay) {
    ASSERT_TRUE(run(order(header + good_row("A1") + good_row("A2"))));
    const std::string csv = "employee_code,work_date,hours\n"
                            "A1,2026-10-01,8\nA2,2026-10-01,7.3333\nA1,2026-10-02,9.5\n"
                            "A1,2026-10-01,4\nA9,2026-10-01,8\nA1,2026-10-03,25\n"
                            "A1,2026-10-03,-1\n";
    const auto import = [&](const std::string& text, ImportMode mode) {
        const auto id = order(text, mode, false, {}, "attendance");
        auto output = run(id);
        EXPECT_TRUE(output) << output.error().message;
        return std::pair((*output)["errors"], errors_of(id));
    };
    const auto [errors, file] = import(csv, ImportMode::insert);
    EXPECT_EQ(
        errors,
        Json({{"duplicate_in_file", 1}, {"unknown_value", 1}, {"invalid_range", 1}, {"negative", 1}}
        )
    );
    EXPECT_NE(
        file.find("an earlier row has the same employee_code and work_date"),
        std::string::npos
    );
    EXPECT_NE(file.find("A9,2026-10-01,8,6,employee_code,unknown_value"), std::string::npos);
    const char* all =
        "SELECT employee_code, work_date, hours FROM attendance JOIN employee ON id = "
        "employee_id ORDER BY 1, 2";
    EXPECT_EQ(
        db.table(all, 3),
        "A1|2026-10-01|8.0000000000\nA1|2026-10-02|9.5000000000\nA2|2026-10-01|7.3333000000\n"
    );
    const std::string again = "employee_code,work_date,hours\nA1,2026-10-01,6\n";
    EXPECT_EQ(import(again, ImportMode::insert).first, Json({{"already_exists", 1}}));
    EXPECT_EQ(import(again, ImportMode::upsert).first, Json::object());
    EXPECT_EQ(db.table(all, 3).substr(0, 26), "A1|2026-10-01|6.0000000000");
}

TEST_F(DataImport, WhatIsMissingEndsTheImport) {
    const auto gone = order(header);
    std::filesystem::remove_all(db.storage().path("imports"));
    EXPECT_EQ(run(gone).error().code, ErrorCode::not_found);
    const auto no_module =
        order("genre_id,name\n1,Rock\n", ImportMode::insert, false, {}, "genres");
    db.execute("DROP TABLE genre");
    const auto output = run(no_module);
    ASSERT_FALSE(output);
    EXPECT_NE(output.error().message.find("sales"), std::string::npos);
    EXPECT_EQ(db.value("SELECT COUNT(*) FROM data_import WHERE state = 'failed'"), "2");
}

TEST_F(DataImport, SalesTablesAreToldApartByTheirIds) {
    const auto id = order(
        "GenreId,Name\n1,Rock\n01,Rock again\n2,Jazz\nx,Pop\n",
        ImportMode::insert,
        false,
        {},
        "genres"
    );
    const auto output = run(id);
    ASSERT_TRUE(output) << output.error().message;
    EXPECT_EQ((*output)["errors"], Json({{"duplicate_in_file", 1}, {"invalid_number", 1}}));
    EXPECT_EQ(db.table("SELECT genre_id, name FROM genre ORDER BY 1", 2), "1|Rock\n2|Jazz\n");
}

} // namespace
} // namespace bgerp::data_import
