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

void commit(Connection& connection) {
    try {
        connection.commit();
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
            commit(*connection);
        } else {
            connection->rollback();
        }
    } catch (...) { // ours or the caller's: the transaction must not outlive it
        connection->rollback();
        throw;
    }
}

} // namespace

void run_transaction(Pool& pool, Deadline deadline, const std::function<bool(Transaction&)>& fn) {
    for (int attempt = 1;; ++attempt) {
        try {
            attempt_once(pool, deadline, fn);
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

} // namespace bgerp::mysql
