#include "server/http/router.hpp"

#include "base/error.hpp"

#include <algorithm>

namespace bgerp::http {

namespace {

std::vector<std::string_view> split_path(std::string_view path) {
    std::vector<std::string_view> pieces;
    while (!path.empty()) {
        const std::size_t slash = path.find('/');
        if (slash != 0) {
            pieces.push_back(path.substr(0, slash));
        }
        path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
    }
    return pieces;
}

bool is_parameter(std::string_view piece) {
    return piece.starts_with('{') && piece.ends_with('}');
}

void append_allowed(std::string& allow, Method method) {
    if (!allow.empty()) {
        allow.append(", ");
    }
    allow.append(method_name(method));
    if (method == Method::get) {
        allow.append(", HEAD");
    }
}

} // namespace

Router::Router(const std::vector<RoutePattern>& patterns) {
    for (std::size_t i = 0; i < patterns.size(); ++i) {
        Entry entry{patterns[i].method, i, {}};
        for (const std::string_view piece : split_path(patterns[i].path)) {
            entry.segments.push_back({is_parameter(piece) ? std::string_view() : piece});
        }
        const bool taken = std::any_of(entries_.begin(), entries_.end(), [&](const Entry& other) {
            return other.method == entry.method &&
                   std::equal(
                       other.segments.begin(),
                       other.segments.end(),
                       entry.segments.begin(),
                       entry.segments.end(),
                       [](const Segment& a, const Segment& b) { return a.text == b.text; }
                   );
        });
        if (taken) {
            throw Failure(
                ErrorCode::internal,
                "two endpoints with one path: " + std::string(patterns[i].path)
            );
        }
        entries_.push_back(std::move(entry));
    }
    const auto parameters = [](const Entry& entry) {
        return std::count_if(entry.segments.begin(), entry.segments.end(), [](const Segment& s) {
            return s.text.empty();
        });
    };
    std::stable_sort(entries_.begin(), entries_.end(), [&](const Entry& a, const Entry& b) {
        return parameters(a) < parameters(b);
    });
}

bool Router::fits(const Entry& entry, const std::vector<std::string>& segments) {
    return std::equal(
        entry.segments.begin(),
        entry.segments.end(),
        segments.begin(),
        segments.end(),
        [](const Segment& pattern, const std::string& segment) {
            return pattern.text.empty() || pattern.text == segment;
        }
    );
}

RouteMatch Router::match(Method method, const std::vector<std::string>& segments) const {
    const Method wanted = method == Method::head ? Method::get : method;
    RouteMatch match;
    for (const Entry& entry : entries_) {
        if (!fits(entry, segments)) {
            continue;
        }
        if (entry.method != wanted) {
            append_allowed(match.allow, entry.method);
            continue;
        }
        match.found = true;
        match.index = entry.index;
        match.allow.clear();
        for (std::size_t i = 0; i < segments.size(); ++i) {
            if (entry.segments[i].text.empty()) {
                match.path_params.push_back(segments[i]);
            }
        }
        break;
    }
    return match;
}

} // namespace bgerp::http
