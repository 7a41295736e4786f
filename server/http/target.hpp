// A request's target taken apart: path segments and query parameters, percent-decoded. Pure code.
// Segments are split before they are decoded, so that an encoded slash stays inside its segment.
#pragma once

#include "base/error.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bgerp::http {

struct Target {
    std::string path;                  // as sent, without the query; for the log
    std::vector<std::string> segments; // decoded, without empty ones at the ends
    std::vector<std::pair<std::string, std::string>> query;

    /// The first value of a query parameter, or an empty text.
    [[nodiscard]] std::string_view param(std::string_view name) const;
};

/// Understands "/path?query" and the absolute form "http://host/path?query". `usage` (400) when it
/// is neither, a percent sign isn't followed by two hexadecimal digits, or a control character
/// comes out.
[[nodiscard]] Result<Target> parse_target(std::string_view text);

} // namespace bgerp::http
