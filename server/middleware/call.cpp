#include "server/middleware/call.hpp"

#include <charconv>

namespace bgerp::server {

namespace {

template <class Number>
std::optional<Number> number_of(std::string_view text) {
    Number number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = error == std::errc() && end == text.data() + text.size();
    return whole ? std::optional(number) : std::nullopt;
}

} // namespace

Result<std::int64_t> integer_query(
    const Call& call,
    std::string_view name,
    std::int64_t otherwise,
    std::int64_t min,
    std::int64_t max
) {
    const std::string_view text = call.request.target.param(name);
    if (text.empty()) {
        return otherwise;
    }
    const auto number = number_of<std::int64_t>(text);
    if (!number || *number < min || *number > max) {
        return fail(
            ErrorCode::invalid_argument,
            std::string(name) + " must be a whole number from " + std::to_string(min) + " to " +
                std::to_string(max),
            std::string(name)
        );
    }
    return *number;
}

Result<bool> boolean_query(const Call& call, std::string_view name, bool otherwise) {
    const std::string_view text = call.request.target.param(name);
    if (text.empty()) {
        return otherwise;
    }
    if (text == "true" || text == "1") {
        return true;
    }
    if (text == "false" || text == "0") {
        return false;
    }
    return fail(
        ErrorCode::invalid_argument,
        std::string(name) + " must be true or false",
        std::string(name)
    );
}

Result<std::string> uuid_param(const Call& call, std::size_t n) {
    const std::string& text = call.path_param(n);
    if (!is_uuid(text)) {
        return fail(ErrorCode::not_found, "there is nothing under this id");
    }
    return text;
}

Result<std::uint64_t> id_param(const Call& call, std::size_t n) {
    const auto id = number_of<std::uint64_t>(call.path_param(n));
    if (!id) {
        return fail(ErrorCode::not_found, "there is nothing under this id");
    }
    return *id;
}

} // namespace bgerp::server
