// Which endpoint a request means: method and path against a table of patterns such as
// "/api/v1/jobs/{uuid}". That a path exists under another method (405, with Allow) or not at all
// (404) falls out of the same walk. Built once at start, then read by any thread.
#pragma once

#include "server/http/method.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace bgerp::http {

struct RoutePattern {
    Method method = Method::get;
    std::string_view path; // must outlive the router
};

struct RouteMatch {
    bool found = false;
    std::size_t index = 0;                // into the table, when found
    std::vector<std::string> path_params; // in the order of the braces
    std::string allow; // otherwise: the methods the path has; empty: no such path
};

class Router {
public:
    /// Literal segments win over parameters. HEAD is answered by GET's endpoint. Throws Failure
    /// when two patterns are the same.
    explicit Router(const std::vector<RoutePattern>& patterns);

    [[nodiscard]] RouteMatch match(Method method, const std::vector<std::string>& segments) const;

private:
    struct Segment {
        std::string_view text; // empty: a parameter
    };

    struct Entry {
        Method method;
        std::size_t index;
        std::vector<Segment> segments;
    };

    [[nodiscard]] static bool fits(const Entry& entry, const std::vector<std::string>& segments);

    std::vector<Entry> entries_; // more literal ones first
};

} // namespace bgerp::http
