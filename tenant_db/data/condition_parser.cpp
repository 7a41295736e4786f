#include "tenant_db/data/condition_parser.hpp"

#include <array>
#include <optional>

namespace bgerp::data {

namespace {

constexpr int depth_max = 8;
constexpr std::size_t parts_max = 100;
constexpr std::size_t values_max = 1000; // of one in.(…)

tl::unexpected<Error> refuse(const std::string& why) {
    return fail(ErrorCode::invalid_argument, why);
}

struct Name {
    std::string_view text;
    Operator op;
};

constexpr std::array operators{
    Name{"eq", Operator::eq},
    Name{"neq", Operator::neq},
    Name{"gt", Operator::gt},
    Name{"gte", Operator::gte},
    Name{"lt", Operator::lt},
    Name{"lte", Operator::lte},
    Name{"like", Operator::like},
    Name{"ilike", Operator::ilike},
    Name{"in", Operator::in},
};

std::optional<Operator> operator_of(std::string_view text) {
    for (const Name& name : operators) {
        if (name.text == text) {
            return name.op;
        }
    }
    return std::nullopt;
}

std::optional<Operator> is_what(std::string_view text) {
    if (text == "null") {
        return Operator::is_null;
    }
    if (text == "true") {
        return Operator::is_true;
    }
    return text == "false" ? std::optional(Operator::is_false) : std::nullopt;
}

// Reads a text from left to right.
class Reader {
public:
    explicit Reader(std::string_view text)
        : rest_(text) {}

    [[nodiscard]] bool at_end() const { return rest_.empty(); }

    bool take(std::string_view word) {
        if (!rest_.starts_with(word)) {
            return false;
        }
        rest_.remove_prefix(word.size());
        return true;
    }

    // Up to one of `ends`, which stays.
    std::string until(std::string_view ends) {
        const std::size_t end = std::min(rest_.find_first_of(ends), rest_.size());
        std::string text(rest_.substr(0, end));
        rest_.remove_prefix(end);
        return text;
    }

    std::string all() {
        std::string text(rest_);
        rest_ = {};
        return text;
    }

    // A value of a list: plain up to a comma or parenthesis, or in quotes with \ before " and \.
    std::optional<std::string> value() {
        if (!take("\"")) {
            return until(",)");
        }
        std::string text;
        while (!rest_.empty()) {
            const char c = rest_.front();
            rest_.remove_prefix(1);
            if (c == '"') {
                return text;
            }
            if (c == '\\' && !rest_.empty()) {
                text.push_back(rest_.front());
                rest_.remove_prefix(1);
            } else {
                text.push_back(c);
            }
        }
        return std::nullopt; // the closing quote is missing
    }

private:
    std::string_view rest_;
};

class Parser {
public:
    // not.… and the operator with its value; the value of a parameter reaches to its end, one in a
    // list to the next comma.
    Result<Condition> comparison(Reader& reader, std::string column, bool in_list) {
        Condition condition;
        condition.kind = Condition::Kind::compare;
        condition.column = std::move(column);
        condition.negated = reader.take("not.");
        const std::string word = reader.until(".");
        if (!reader.take(".")) {
            return refuse("an operator and a value are needed, as in eq.5");
        }
        if (word == "is") {
            const auto what = is_what(reader.until(",)"));
            if (!what) {
                return refuse("is takes null, true or false");
            }
            condition.op = *what;
            return condition;
        }
        const auto op = operator_of(word);
        if (!op) {
            return refuse("no such operator: " + word);
        }
        condition.op = *op;
        if (*op == Operator::in) {
            return list(reader, std::move(condition));
        }
        auto value = in_list ? reader.value() : std::optional(reader.all());
        if (!value) {
            return refuse("a closing quote is missing");
        }
        condition.values.push_back(std::move(*value));
        return condition;
    }

    // "(part,part,…)" of and / or.
    Result<Condition> group(Reader& reader, Condition::Kind kind, int depth) {
        Condition condition;
        condition.kind = kind;
        if (depth > depth_max) {
            return refuse("conditions nest too deep");
        }
        if (!reader.take("(")) {
            return refuse("a list in parentheses is needed");
        }
        do {
            auto part = member(reader, depth);
            if (!part) {
                return part;
            }
            condition.parts.push_back(std::move(*part));
            if (++parts_ > parts_max) {
                return refuse("too many conditions");
            }
        } while (reader.take(","));
        if (!reader.take(")")) {
            return refuse("a closing parenthesis is missing");
        }
        return condition;
    }

private:
    Result<Condition> member(Reader& reader, int depth) {
        for (const auto& [word, kind, negated] :
             {std::tuple("and(", Condition::Kind::all, false),
              std::tuple("or(", Condition::Kind::any, false),
              std::tuple("not.and(", Condition::Kind::all, true),
              std::tuple("not.or(", Condition::Kind::any, true)}) {
            Reader ahead = reader;
            if (ahead.take(word)) {
                ahead = reader;
                ahead.until("(");
                auto inner = group(ahead, kind, depth + 1);
                if (inner) {
                    inner->negated = negated;
                    reader = ahead;
                }
                return inner;
            }
        }
        std::string column = reader.until(".,()");
        if (!reader.take(".")) {
            return refuse("a column, an operator and a value are needed, as in a.eq.5");
        }
        return comparison(reader, std::move(column), true);
    }

    static Result<Condition> list(Reader& reader, Condition condition) {
        if (!reader.take("(")) {
            return refuse("in takes a list in parentheses");
        }
        do {
            auto value = reader.value();
            if (!value || condition.values.size() == values_max) {
                return refuse(value ? "too many values" : "a closing quote is missing");
            }
            condition.values.push_back(std::move(*value));
        } while (reader.take(","));
        if (!reader.take(")")) {
            return refuse("a closing parenthesis is missing");
        }
        return condition;
    }

    std::size_t parts_ = 0;
};

} // namespace

Result<Condition> parse_filter(const std::string& name, const std::string& value) {
    Reader reader(value);
    Parser parser;
    const bool negated = name.starts_with("not.");
    const std::string word = negated ? name.substr(4) : name;
    Result<Condition> condition;
    if (word == "and" || word == "or") {
        condition =
            parser.group(reader, word == "and" ? Condition::Kind::all : Condition::Kind::any, 1);
        if (condition) {
            condition->negated = negated;
        }
    } else {
        condition = parser.comparison(reader, name, false);
    }
    if (condition && !reader.at_end()) {
        return refuse("something follows that doesn't belong here");
    }
    return condition;
}

} // namespace bgerp::data
