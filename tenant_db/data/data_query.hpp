// What a caller wants to read of a table. Column names are as the caller wrote them, unchecked, and
// values are text: select_sql checks the one and binds the other. A value type.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace bgerp::data {

enum class Operator { eq, neq, gt, gte, lt, lte, like, ilike, in, is_null, is_true, is_false };

/// A comparison, or several joined by and / or.
struct Condition {
    enum class Kind { compare, all, any };

    Kind kind = Kind::all;
    bool negated = false;
    std::vector<Condition> parts{}; // of all and any
    std::string column{};           // of compare, as the rest
    Operator op = Operator::eq;
    std::vector<std::string> values{};
};

struct OrderTerm {
    std::string column;
    bool descending = false;
};

struct DataQuery {
    std::vector<std::string> select; // empty: all columns
    Condition where;
    std::vector<OrderTerm> order; // the primary key is added to it
    std::size_t limit = 100;
    std::string cursor; // empty: from the start
};

} // namespace bgerp::data
