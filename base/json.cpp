#include "base/json.hpp"

namespace bgerp {

namespace {

// Walks the brackets outside strings before the parser builds anything: ten thousand opening
// brackets cost ten thousand bytes read, not ten thousand nested values.
bool nests_deeper_than(std::string_view text, int depth_max) {
    int depth = 0;
    bool in_string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (in_string) {
            if (c == '\\') {
                ++i;
            } else if (c == '"') {
                in_string = false;
            }
        } else if (c == '"') {
            in_string = true;
        } else if (c == '[' || c == '{') {
            if (++depth > depth_max) {
                return true;
            }
        } else if (c == ']' || c == '}') {
            --depth;
        }
    }
    return false;
}

} // namespace

Result<Json> parse_json(std::string_view text, int depth_max) {
    if (nests_deeper_than(text, depth_max)) {
        return fail(
            ErrorCode::invalid_argument,
            "JSON nested deeper than " + std::to_string(depth_max) + " levels"
        );
    }
    try {
        return Json::parse(text.begin(), text.end());
    } catch (const Json::parse_error& error) {
        return fail(
            ErrorCode::invalid_argument,
            "not valid JSON at byte " + std::to_string(error.byte),
            {},
            error.what()
        );
    }
}

std::string to_text(const Json& value, int indent) {
    return value.dump(indent, ' ', false, Json::error_handler_t::replace);
}

} // namespace bgerp
