// Imports that are interrupted, taken over, or not alone.
#include "tests/integration/tenant_db/modules/data_import_fixture.hpp"

#include <thread>

namespace bgerp::data_import {
namespace {

// Rows of every kind, over several steps.
std::string mixed_file() {
    std::string csv = header;
    for (int i = 0; i < 4 * static_cast<int>(chunk_records) + 17; ++i) {
        const std::string code = "E" + std::to_string(i % 7 == 3 ? i / 2 : i);
        csv += i % 11 == 5 ? code + ",only three,fields\n"
                           : good_row(code, i % 13 == 0 ? "1,5" : "100.25");
    }
    return csv;
}

TEST_F(DataImport, AnInterruptedImportEndsAsAnUninterruptedOne) {
    const std::string csv = mixed_file();
    const auto whole_id = order(csv);
    FakeJobControl whole_control;
    auto whole = run_import(db.pool(), whole_control, db.storage(), whole_id);
    ASSERT_TRUE(whole);
    const std::string whole_errors = errors_of(whole_id);
    const std::string whole_rows = employees();
    (*whole).erase("import_id");
    (*whole).erase("errors_file");

    enum class Interruption { lost_lease, lost_database, stop };
    for (const auto interruption :
         {Interruption::lost_lease, Interruption::lost_database, Interruption::stop}) {
        for (int step = 1; step <= whole_control.steps(); ++step) {
            SCOPED_TRACE(testing::Message() << static_cast<int>(interruption) << "/" << step);
            db.execute("DELETE FROM employee");
            const auto id = order(csv);
            FakeJobControl control;
            if (interruption == Interruption::stop) {
                control.stop_after = step;
            } else {
                control.on_step = [&](int now) -> Result<void> {
                    if (now != step) {
                        return {};
                    }
                    if (interruption == Interruption::lost_database) {
                        throw Failure(ErrorCode::unavailable, "the database went away");
                    }
                    return fail(ErrorCode::lease_lost, "not yours");
                };
            }
            try {
                const auto interrupted = run_import(db.pool(), control, db.storage(), id);
                if (interruption != Interruption::stop || step < whole_control.steps() - 1) {
                    EXPECT_FALSE(interrupted);
                }
                if (interrupted) {
                    continue; // the stop came after the last step
                }
            } catch (const Failure&) {
                EXPECT_EQ(interruption, Interruption::lost_database);
            }
            auto resumed = run(id);
            ASSERT_TRUE(resumed) << resumed.error().message;
            (*resumed).erase("import_id");
            (*resumed).erase("errors_file");
            EXPECT_EQ(*resumed, *whole);
            EXPECT_EQ(errors_of(id), whole_errors);
            EXPECT_EQ(employees(), whole_rows);
        }
    }
}

TEST_F(DataImport, AWorkerThatLostTheJobChangesNothing) {
    const auto id = order(mixed_file());
    FakeJobControl other;
    FakeJobControl slow;
    // Somebody else takes over and finishes while the first is between two steps.
    std::optional<Result<Json>> finished;
    slow.on_question = [&] {
        if (slow.steps() == 2 && !finished) {
            finished.emplace(run_import(db.pool(), other, db.storage(), id));
        }
    };
    const auto stale = run_import(db.pool(), slow, db.storage(), id);
    ASSERT_TRUE(finished && *finished);
    ASSERT_FALSE(stale);
    EXPECT_EQ(stale.error().code, ErrorCode::lease_lost);
    EXPECT_EQ(db.value("SELECT COUNT(*) FROM employee"), to_text((**finished)["accepted"]));
    EXPECT_EQ(db.value("SELECT state FROM data_import"), "completed");
}

TEST_F(DataImport, TwoImportsOfTheSameRowsAtOnceLoadEachRowOnce) {
    std::string csv = header;
    constexpr std::size_t rows = 5 * chunk_records;
    for (std::size_t i = 0; i < rows; ++i) {
        csv += good_row("E" + std::to_string(i));
    }
    const auto first = order(csv);
    const auto second = order(csv);
    std::optional<Result<Json>> other;
    std::thread thread([&] { other.emplace(run(second)); });
    const auto output = run(first);
    thread.join();
    ASSERT_TRUE(output) << output.error().message;
    ASSERT_TRUE(*other) << other->error().message;
    EXPECT_EQ(
        (*output)["accepted"].get<std::size_t>() + (**other)["accepted"].get<std::size_t>(),
        rows
    );
    EXPECT_EQ(db.value("SELECT COUNT(*) FROM employee"), std::to_string(rows));
    EXPECT_EQ((*output)["rows"], rows);
    EXPECT_EQ((**other)["rows"], rows);
}

} // namespace
} // namespace bgerp::data_import
