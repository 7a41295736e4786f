// What went wrong in the database, sorted by what a caller can do about it. The numbers are the
// server's and the client library's own; the lists say where each was met.
#pragma once

#include "base/error.hpp"

#include <string>

namespace bgerp::mysql {

enum class ErrorClass {
    transaction_conflict, // deadlock, lock wait, changed row: run the whole transaction again
    connection_lost,      // the server went away or can't be reached
    too_many_connections,
    duplicate_key,
    missing_object, // no such database, table or column
    access_denied,
    statement_timeout,
    disk_full,
    other,
};

/// The class of a server (1xxx, 3xxx) or client (2xxx) error number.
[[nodiscard]] ErrorClass classify(int number);

/// A failed statement. `detail` holds the server's own message, for the log alone.
class DatabaseError : public Failure {
public:
    DatabaseError(int number, const std::string& server_message);

    [[nodiscard]] int number() const { return number_; }

    [[nodiscard]] ErrorClass error_class() const { return classify(number_); }

private:
    int number_;
};

/// The connection was lost while COMMIT was under way: the transaction either took effect or did
/// not. Only the caller can know whether running it again is safe.
class CommitUnknown : public Failure {
public:
    explicit CommitUnknown(const std::string& server_message)
        : Failure(ErrorCode::unavailable, "the outcome of a commit is not known", server_message) {}
};

} // namespace bgerp::mysql
