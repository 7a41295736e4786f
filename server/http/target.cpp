#include "server/http/target.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>

namespace bgerp::http {

namespace {

// Far above what any endpoint takes; keeps a walk over them short.
constexpr std::size_t segments_max = 32;
constexpr std::size_t params_max = 64;

std::optional<unsigned> hex_digit(char c) {
    if (c >= '0' && c <= '9') {
        return static_cast<unsigned>(c - '0');
    }
    if (c >= 'a' && c <= 'f') {
        return static_cast<unsigned>(c - 'a') + 10U;
    }
    if (c >= 'A' && c <= 'F') {
        return static_cast<unsigned>(c - 'A') + 10U;
    }
    return std::nullopt;
}

bool is_control(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
}

std::optional<std::string> decode(std::string_view text, bool plus_is_space) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '+' && plus_is_space) {
            c = ' ';
        } else if (c == '%') {
            const auto high = i + 2 < text.size() ? hex_digit(text[i + 1]) : std::nullopt;
            const auto low = i + 2 < text.size() ? hex_digit(text[i + 2]) : std::nullopt;
            if (!high || !low) {
                return std::nullopt;
            }
            c = static_cast<char>(*high << 4U | *low);
            i += 2;
        }
        if (is_control(c)) {
            return std::nullopt;
        }
        out.push_back(c);
    }
    return out;
}

// Calls `fn` for each piece between separators; stops when it returns false.
template <class Fn>
bool split(std::string_view text, char separator, Fn fn) {
    while (true) {
        const std::size_t end = text.find(separator);
        if (!fn(text.substr(0, end))) {
            return false;
        }
        if (end == std::string_view::npos) {
            return true;
        }
        text.remove_prefix(end + 1);
    }
}

bool parse_path(std::string_view path, Target& target) {
    return split(path, '/', [&](std::string_view piece) {
        if (piece.empty()) {
            return true;
        }
        auto segment = decode(piece, false);
        if (!segment || target.segments.size() == segments_max) {
            return false;
        }
        target.segments.push_back(std::move(*segment));
        return true;
    });
}

bool parse_query(std::string_view query, Target& target) {
    return split(query, '&', [&](std::string_view piece) {
        if (piece.empty()) {
            return true;
        }
        const std::size_t equals = piece.find('=');
        auto name = decode(piece.substr(0, equals), true);
        auto value = decode(
            equals == std::string_view::npos ? std::string_view() : piece.substr(equals + 1),
            true
        );
        if (!name || !value || target.query.size() == params_max) {
            return false;
        }
        target.query.emplace_back(std::move(*name), std::move(*value));
        return true;
    });
}

// "http://host/path" → "/path"; proxies send it, and RFC 9112 section 3.2.2 wants it understood.
std::string_view without_authority(std::string_view text) {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (text.starts_with(scheme)) {
            const std::size_t slash = text.find_first_of("/?", scheme.size());
            return slash == std::string_view::npos ? "/" : text.substr(slash);
        }
    }
    return text;
}

} // namespace

std::string_view Target::param(std::string_view name) const {
    const auto found = std::find_if(query.begin(), query.end(), [&](const auto& entry) {
        return entry.first == name;
    });
    return found == query.end() ? std::string_view() : found->second;
}

Result<Target> parse_target(std::string_view text) {
    text = without_authority(text);
    if (!text.starts_with('/') && !text.starts_with('?')) {
        return fail(ErrorCode::usage, "the request target is not a path");
    }
    const std::size_t mark = text.find('?');
    const std::string_view path = text.substr(0, mark);
    Target target;
    target.path = path;
    if (!parse_path(path, target)) {
        return fail(ErrorCode::usage, "the path can't be decoded");
    }
    if (mark != std::string_view::npos && !parse_query(text.substr(mark + 1), target)) {
        return fail(ErrorCode::usage, "the query can't be decoded");
    }
    return target;
}

} // namespace bgerp::http
