// The request methods this server speaks. A value type; used by the router and the session.
#pragma once

#include <string_view>

namespace bgerp::http {

enum class Method { get, head, post, put, patch, del, options, other };

/// "GET", "DELETE" …; "OTHER" for what no endpoint can have.
[[nodiscard]] constexpr std::string_view method_name(Method method) {
    switch (method) {
    case Method::get:
        return "GET";
    case Method::head:
        return "HEAD";
    case Method::post:
        return "POST";
    case Method::put:
        return "PUT";
    case Method::patch:
        return "PATCH";
    case Method::del:
        return "DELETE";
    case Method::options:
        return "OPTIONS";
    case Method::other:
        break;
    }
    return "OTHER";
}

/// Method names are case-sensitive (RFC 9110 section 9.1).
[[nodiscard]] constexpr Method parse_method(std::string_view name) {
    for (const Method method :
         {Method::get,
          Method::head,
          Method::post,
          Method::put,
          Method::patch,
          Method::del,
          Method::options}) {
        if (method_name(method) == name) {
            return method;
        }
    }
    return Method::other;
}

} // namespace bgerp::http
