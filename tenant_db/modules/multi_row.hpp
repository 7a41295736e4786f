// Multi-row statements in a few fixed sizes. A statement's text is prepared once a connection, so
// that inserting 843 rows as three of 256, one of 64, … costs a handful of round trips and no
// parsing, where 843 placeholders would be a new statement every time. Used by the modules' bulk
// writes. Not thread-safe.
#pragma once

#include "base/mysql/session.hpp"

#include <map>
#include <string>

namespace bgerp {

class MultiRow {
public:
    /// The statement is `head` VALUES (?, …), … `tail` with `columns` values a row. All three are
    /// the program's own text.
    MultiRow(std::string head, std::size_t columns, std::string tail = {})
        : head_(std::move(head))
        , tail_(std::move(tail))
        , columns_(columns) {}

    /// Writes `values`, row after row (their number is a multiple of the columns). Several
    /// statements: to be called in a transaction.
    void write(mysql::Session& session, const mysql::Params& values);

private:
    [[nodiscard]] const std::string& statement(std::size_t rows);

    std::string head_;
    std::string tail_;
    std::size_t columns_;
    std::map<std::size_t, std::string> statements_; // by number of rows
};

/// The number of values to look up with: `count` filled up to one of a few sizes, so that few texts
/// serve all steps. Repeat a value to get there.
[[nodiscard]] std::size_t padded_lookup(std::size_t count);

/// "?, ?, ?": placeholders for `count` values.
[[nodiscard]] std::string placeholders(std::size_t count);

} // namespace bgerp
