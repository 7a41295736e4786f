#include "tenant_db/data/parse_query.hpp"

#include "tenant_db/data/condition_parser.hpp"

#include <charconv>

namespace bgerp::data {

namespace {

tl::unexpected<Error> refuse(const std::string& parameter, const std::string& why) {
    return fail(ErrorCode::invalid_argument, parameter + ": " + why, parameter);
}

std::vector<std::string> split(const std::string& text) {
    std::vector<std::string> pieces;
    std::size_t begin = 0;
    while (begin <= text.size()) {
        const std::size_t end = std::min(text.find(',', begin), text.size());
        pieces.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return pieces;
}

Result<std::vector<OrderTerm>> parse_order(const std::string& text) {
    std::vector<OrderTerm> terms;
    for (const std::string& piece : split(text)) {
        const std::size_t dot = piece.find('.');
        const std::string direction = dot == std::string::npos ? "asc" : piece.substr(dot + 1);
        if (direction != "asc" && direction != "desc") {
            return refuse("order", "a column, then .asc or .desc");
        }
        terms.push_back({piece.substr(0, dot), direction == "desc"});
    }
    return terms;
}

Result<std::size_t> parse_limit(const std::string& text) {
    std::size_t limit = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
    const bool number = error == std::errc() && end == text.data() + text.size();
    if (!number || limit < 1 || limit > rows_max) {
        return refuse("limit", "a whole number from 1 to " + std::to_string(rows_max));
    }
    return limit;
}

// One parameter into the query; true when it was a word of the grammar, false for a filter.
Result<bool> take_word(DataQuery& query, const std::string& name, const std::string& value) {
    if (name == "select") {
        query.select = value == "*" ? std::vector<std::string>() : split(value);
    } else if (name == "order") {
        auto order = parse_order(value);
        if (!order) {
            return tl::unexpected<Error>(std::move(order.error()));
        }
        query.order = std::move(*order);
    } else if (name == "limit") {
        const auto limit = parse_limit(value);
        if (!limit) {
            return tl::unexpected<Error>(limit.error());
        }
        query.limit = *limit;
    } else if (name == "cursor") {
        query.cursor = value;
    } else {
        return false;
    }
    return true;
}

} // namespace

Result<DataQuery> parse_query(const std::vector<std::pair<std::string, std::string>>& parameters) {
    DataQuery query;
    for (const auto& [name, value] : parameters) {
        const auto word = take_word(query, name, value);
        if (!word) {
            return tl::unexpected<Error>(word.error());
        }
        if (*word) {
            continue;
        }
        auto condition = parse_filter(name, value);
        if (!condition) {
            return refuse(name, condition.error().message);
        }
        query.where.parts.push_back(std::move(*condition));
    }
    return query;
}

} // namespace bgerp::data
