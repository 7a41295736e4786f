#include "tenant_db/queue/decide.hpp"

#include <gtest/gtest.h>

namespace bgerp::queue {
namespace {

constexpr std::int64_t now_s = 1'800'000'000;

class Decide : public ::testing::Test {
protected:
    Decide() {
        envelope_.kind = "k";
        facts_.now_s = now_s;
    }

    [[nodiscard]] Decision start() const { return decide_start(envelope_, facts_, rules_); }

    [[nodiscard]] Decision end(ErrorCode code, StopReason stop = StopReason::none) const {
        return decide_end(
            envelope_,
            facts_,
            rules_,
            Outcome{Error{code, "it broke", "", "secret detail"}, stop, outage_, disk_full_},
            0.5
        );
    }

    Envelope envelope_;
    AttemptFacts facts_;
    AttemptRules rules_{3, 10};
    bool outage_ = false;
    bool disk_full_ = false;
};

TEST_F(Decide, a_first_attempt_runs) {
    EXPECT_EQ(start().verdict, Verdict::run);
}

TEST_F(Decide, attempts_beyond_the_limit_fail_before_they_start) {
    facts_.attempts = 3;
    EXPECT_EQ(start().verdict, Verdict::run);
    facts_.attempts = 4;
    EXPECT_EQ(start().verdict, Verdict::fail);
    EXPECT_NE(start().error.find("MaxAttemptsExceeded"), std::string::npos);
    envelope_.max_tries = 4;
    EXPECT_EQ(start().verdict, Verdict::run) << "the envelope's own limit wins";
    envelope_.max_tries = 0;
    facts_.attempts = 400;
    EXPECT_EQ(start().verdict, Verdict::run) << "0 means no limit, as in Laravel";
}

TEST_F(Decide, a_dead_workers_attempt_is_not_the_jobs) {
    facts_.attempts = 9;
    facts_.interruptions = 6;
    EXPECT_EQ(start().verdict, Verdict::run) << "with progress between or without";
    facts_.attempts = 12;
    facts_.interruptions = 11;
    facts_.rescues = 11;
    EXPECT_EQ(start().verdict, Verdict::fail);
    EXPECT_NE(start().error.find("poison"), std::string::npos);
}

TEST_F(Decide, retry_until_stands_in_for_max_tries) {
    envelope_.retry_until = now_s + 10;
    facts_.attempts = 100;
    EXPECT_EQ(start().verdict, Verdict::run);
    EXPECT_EQ(end(ErrorCode::internal).verdict, Verdict::retry);
    facts_.now_s = now_s + 11;
    EXPECT_EQ(start().verdict, Verdict::fail);
    EXPECT_EQ(end(ErrorCode::internal).verdict, Verdict::fail);
}

TEST_F(Decide, cancelled_jobs_and_batches_never_begin) {
    facts_.batch_cancelled = true;
    EXPECT_EQ(start().verdict, Verdict::cancel);
    facts_.batch_cancelled = false;
    facts_.cancelled = true;
    EXPECT_EQ(start().verdict, Verdict::cancel);
}

TEST_F(Decide, success_completes_whatever_was_asked_meanwhile) {
    for (const StopReason stop :
         {StopReason::none, StopReason::timeout, StopReason::shutdown, StopReason::cancelled}) {
        EXPECT_EQ(
            decide_end(envelope_, facts_, rules_, Outcome{{}, stop, false, false}, 0).verdict,
            Verdict::complete
        );
    }
}

TEST_F(Decide, what_another_try_cant_mend_fails_at_once) {
    for (const ErrorCode code :
         {ErrorCode::invalid_argument,
          ErrorCode::not_found,
          ErrorCode::conflict,
          ErrorCode::forbidden,
          ErrorCode::too_large}) {
        EXPECT_EQ(end(code).verdict, Verdict::fail) << error_code_name(code);
    }
    for (const ErrorCode code :
         {ErrorCode::internal,
          ErrorCode::unavailable,
          ErrorCode::timeout,
          ErrorCode::rate_limited,
          ErrorCode::storage_full}) {
        EXPECT_EQ(end(code).verdict, Verdict::retry) << error_code_name(code);
    }
}

TEST_F(Decide, a_full_disk_of_the_database_spends_no_try_and_isnt_met_again_at_once) {
    disk_full_ = true;
    const auto decision = end(ErrorCode::storage_full);
    EXPECT_EQ(decision.verdict, Verdict::release);
    EXPECT_GT(decision.delay_s, 0);
    EXPECT_EQ(end(ErrorCode::storage_full, StopReason::lease_lost).verdict, Verdict::drop);
}

TEST_F(Decide, Q22_an_error_of_the_jobs_or_the_kinds_list_fails_at_once) {
    Outcome outcome{Error{ErrorCode::internal, "it broke", "", ""}};
    outcome.code = "exit:65";
    const auto verdict = [&] {
        return decide_end(envelope_, facts_, rules_, outcome, 0.5).verdict;
    };
    EXPECT_EQ(verdict(), Verdict::retry);
    envelope_.fail_on = {"exit:6", "exit:655", "Exit:65"};
    EXPECT_EQ(verdict(), Verdict::retry);
    envelope_.fail_on = {"x", "exit:65"};
    EXPECT_EQ(verdict(), Verdict::fail);
    envelope_.fail_on = {"internal"};
    EXPECT_EQ(verdict(), Verdict::fail) << "the error's general name counts too";
    envelope_.fail_on.clear();
    rules_.fail_on = {"exit:65"};
    EXPECT_EQ(verdict(), Verdict::fail);
    rules_.fail_on.clear();
    outcome.permanent = true;
    EXPECT_EQ(verdict(), Verdict::fail);
}

TEST_F(Decide, Q22_a_time_out_may_be_listed) {
    EXPECT_EQ(end(ErrorCode::cancelled, StopReason::timeout).verdict, Verdict::retry);
    envelope_.fail_on = {"timeout"};
    EXPECT_EQ(end(ErrorCode::cancelled, StopReason::timeout).verdict, Verdict::fail);
    EXPECT_EQ(end(ErrorCode::cancelled, StopReason::shutdown).verdict, Verdict::release);
}

TEST_F(Decide, an_error_is_told_by_the_handlers_own_name) {
    Outcome outcome{Error{ErrorCode::internal, "it broke", "", ""}};
    EXPECT_EQ(decide_end(envelope_, facts_, rules_, outcome, 0.5).error, "internal: it broke");
    outcome.code = "exit:3";
    EXPECT_EQ(decide_end(envelope_, facts_, rules_, outcome, 0.5).error, "exit:3: it broke");
}

TEST_F(Decide, what_the_handler_was_told_to_wait_stands_in_for_the_backoff) {
    envelope_.backoff_s = {5};
    Outcome outcome{Error{ErrorCode::unavailable, "busy", "", ""}};
    for (const auto& [told, delay] :
         {std::pair{std::int64_t{0}, std::int64_t{0}}, {90, 90}, {-5, 0}, {1'000'000, 86'400}}) {
        outcome.retry_after_s = told;
        EXPECT_EQ(decide_end(envelope_, facts_, rules_, outcome, 0.5).delay_s, delay);
    }
}

TEST_F(Decide, an_outage_of_the_database_spends_no_try) {
    facts_.attempts = 3;
    outage_ = true;
    EXPECT_EQ(end(ErrorCode::unavailable).verdict, Verdict::leave);
    EXPECT_EQ(end(ErrorCode::unavailable, StopReason::shutdown).verdict, Verdict::leave);
    EXPECT_EQ(end(ErrorCode::lease_lost).verdict, Verdict::drop);
    outage_ = false;
    EXPECT_EQ(end(ErrorCode::unavailable).verdict, Verdict::fail);
}

TEST_F(Decide, the_last_try_fails) {
    facts_.attempts = 3;
    EXPECT_EQ(end(ErrorCode::internal).verdict, Verdict::fail);
    facts_.interruptions = 1;
    EXPECT_EQ(end(ErrorCode::internal).verdict, Verdict::retry);
}

TEST_F(Decide, max_exceptions_counts_the_handlers_own_failures) {
    envelope_.max_exceptions = 2;
    EXPECT_EQ(end(ErrorCode::internal).verdict, Verdict::retry);
    envelope_.exceptions = 1;
    EXPECT_EQ(end(ErrorCode::internal).verdict, Verdict::fail);
}

TEST_F(Decide, backoff_follows_the_envelope) {
    envelope_.backoff_s = {7, 30};
    EXPECT_EQ(end(ErrorCode::internal).delay_s, 7);
    facts_.attempts = 2;
    EXPECT_EQ(end(ErrorCode::internal).delay_s, 30);
}

TEST_F(Decide, a_handler_that_stopped_is_judged_by_the_reason) {
    EXPECT_EQ(end(ErrorCode::cancelled, StopReason::shutdown).verdict, Verdict::release);
    EXPECT_EQ(end(ErrorCode::cancelled, StopReason::cancelled).verdict, Verdict::cancel);
    EXPECT_EQ(end(ErrorCode::cancelled, StopReason::lease_lost).verdict, Verdict::drop);
    EXPECT_EQ(end(ErrorCode::cancelled, StopReason::timeout).verdict, Verdict::retry);
    EXPECT_EQ(end(ErrorCode::cancelled, StopReason::none).verdict, Verdict::cancel);
    facts_.attempts = 3;
    EXPECT_EQ(end(ErrorCode::cancelled, StopReason::timeout).verdict, Verdict::fail);
    EXPECT_EQ(end(ErrorCode::cancelled, StopReason::shutdown).verdict, Verdict::release);
}

TEST_F(Decide, nothing_is_written_for_a_job_that_is_somebody_elses) {
    EXPECT_EQ(end(ErrorCode::lease_lost).verdict, Verdict::drop);
    EXPECT_EQ(end(ErrorCode::invalid_argument, StopReason::lease_lost).verdict, Verdict::drop);
}

TEST_F(Decide, Q15_a_step_of_a_stopped_workflow_is_dropped) {
    facts_.workflow_stopped = true;
    EXPECT_EQ(start().verdict, Verdict::cancel);
    EXPECT_NE(start().error.find("workflow"), std::string::npos);
}

TEST_F(Decide, Q23_a_snoozed_job_spends_no_attempt) {
    const auto snoozed = [&](StopReason stop) {
        const Error error{ErrorCode::cancelled, "snoozed", "", ""};
        return decide_end(envelope_, facts_, rules_, Outcome{error, stop, false, false, 30}, 0.5);
    };
    facts_.attempts = 3;
    EXPECT_EQ(snoozed(StopReason::none).verdict, Verdict::release);
    EXPECT_EQ(snoozed(StopReason::none).delay_s, 30);
    EXPECT_EQ(snoozed(StopReason::shutdown).delay_s, 30);
    EXPECT_EQ(snoozed(StopReason::timeout).verdict, Verdict::release);
    EXPECT_EQ(snoozed(StopReason::cancelled).verdict, Verdict::cancel);
    EXPECT_EQ(snoozed(StopReason::lease_lost).verdict, Verdict::drop);
}

TEST_F(Decide, the_recorded_error_holds_no_detail) {
    EXPECT_EQ(end(ErrorCode::conflict).error, "conflict: it broke");
}

} // namespace
} // namespace bgerp::queue
