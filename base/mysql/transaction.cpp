#include "base/mysql/transaction.hpp"

#include "base/log.hpp"

#include <random>
#include <thread>

namespace bgerp::mysql {

namespace {

// A transaction that lost this often meets something that waiting doesn't cure.
constexpr int attempts_max = 10;

void back_off(int attempt, Deadline deadline) {
    thread_local std::minstd_rand random{std::random_device{}()};
    const int ceiling_ms = std::min(1 << attempt, 200);
    const auto pause =
        std::chrono::milliseconds(std::uniform_int_distribution<int>(0, ceiling_ms)(random));
    std::this_thread::sleep_for(std::min(pause, deadline.remaining()));
}

bool worth_another_try(ErrorClass error_class) {
    return error_class == ErrorClass::transaction_conflict ||
           error_class == ErrorClass::connection_lost;
}

// What was lost on the way to or from the server may have taken effect.
template <class Fn>
void unknown_when_lost(Fn fn) {
    try {
        fn();
    } catch (const DatabaseError& error) {
        if (error.error_class() == ErrorClass::connection_lost) {
            throw CommitUnknown(error.what());
        }
        throw;
    }
}

// One attempt: everything is rolled back unless it returns.
void attempt_once(Pool& pool, Deadline deadline, const std::function<bool(Transaction&)>& fn) {
    const Pool::Handle connection = pool.acquire(deadline);
    try {
        connection->begin();
        Transaction transaction(*connection);
        if (fn(transaction)) {
            unknown_when_lost([&] { connection->commit(); });
        } else {
            connection->rollback();
        }
    } catch (...) { // ours or the caller's: the transaction must not outlive it
        connection->rollback();
        throw;
    }
}

template <class Fn>
void with_attempts(Deadline deadline, Fn fn) {
    for (int attempt = 1;; ++attempt) {
        try {
            fn();
            return;
        } catch (const DatabaseError& error) {
            const bool again = worth_another_try(error.error_class()) && attempt < attempts_max &&
                               !deadline.passed();
            if (!again) {
                throw;
            }
            log_debug("transaction runs again", {{"error", error.what()}});
        }
        back_off(attempt, deadline);
    }
}

} // namespace

void run_transaction(Pool& pool, Deadline deadline, const std::function<bool(Transaction&)>& fn) {
    with_attempts(deadline, [&] { attempt_once(pool, deadline, fn); });
}

void run_statement(Pool& pool, Deadline deadline, const std::function<void(Session&)>& fn) {
    with_attempts(deadline, [&] {
        const Pool::Handle connection = pool.acquire(deadline);
        unknown_when_lost([&] { fn(*connection); });
    });
}

} // namespace bgerp::mysql
