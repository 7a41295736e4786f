// How tests make a statement fail that the server would have run: an endpoint may name a hook,
// which its connections ask before and after each statement, COMMIT and the like included. Programs
// have none. Called by whichever thread uses the connection.
#pragma once

#include <string_view>

namespace bgerp::mysql {

class StatementHook {
public:
    StatementHook() = default;
    StatementHook(const StatementHook&) = delete;
    StatementHook& operator=(const StatementHook&) = delete;
    virtual ~StatementHook() = default;

    /// A transaction begins with the next statement.
    virtual void begun() {}

    /// 0, or the error number that the statement fails with without having been run.
    [[nodiscard]] virtual int before(std::string_view sql) = 0;

    /// 0, or the error number that the statement fails with although it was run.
    [[nodiscard]] virtual int after(std::string_view sql) = 0;
};

} // namespace bgerp::mysql
