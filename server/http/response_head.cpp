#include "server/http/response_head.hpp"

#include <array>

namespace bgerp::http {

namespace {

struct Reason {
    int status;
    std::string_view text;
};

constexpr std::array reasons{
    Reason{200, "OK"},
    Reason{201, "Created"},
    Reason{202, "Accepted"},
    Reason{204, "No Content"},
    Reason{206, "Partial Content"},
    Reason{304, "Not Modified"},
    Reason{400, "Bad Request"},
    Reason{401, "Unauthorized"},
    Reason{403, "Forbidden"},
    Reason{404, "Not Found"},
    Reason{405, "Method Not Allowed"},
    Reason{409, "Conflict"},
    Reason{412, "Precondition Failed"},
    Reason{413, "Content Too Large"},
    Reason{414, "URI Too Long"},
    Reason{415, "Unsupported Media Type"},
    Reason{416, "Range Not Satisfiable"},
    Reason{417, "Expectation Failed"},
    Reason{422, "Unprocessable Content"},
    Reason{429, "Too Many Requests"},
    Reason{431, "Request Header Fields Too Large"},
    Reason{500, "Internal Server Error"},
    Reason{501, "Not Implemented"},
    Reason{503, "Service Unavailable"},
    Reason{504, "Gateway Timeout"},
    Reason{505, "HTTP Version Not Supported"},
    Reason{507, "Insufficient Storage"},
};

void append_field(std::string& head, std::string_view name, std::string_view value) {
    head.append(name).append(": ");
    for (const char c : value) {
        if (c != '\r' && c != '\n' && c != '\0') {
            head.push_back(c);
        }
    }
    head.append("\r\n");
}

} // namespace

std::string_view status_text(int status) {
    for (const Reason& reason : reasons) {
        if (reason.status == status) {
            return reason.text;
        }
    }
    return "Unknown";
}

std::string http_date(std::time_t time) {
    std::tm parts{};
    gmtime_r(&time, &parts);
    std::array<char, 40> text{};
    const std::size_t size =
        std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    return {text.data(), size};
}

std::string response_head(
    const Response& response, std::string_view request_id, std::string_view date, bool keep_alive
) {
    std::string head;
    head.reserve(384);
    head.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
    head.append(status_text(response.status)).append("\r\n");
    append_field(head, "Date", date);
    append_field(head, "X-Request-Id", request_id);
    for (const Headers::Field& field : response.headers) {
        append_field(head, field.name, field.value);
    }
    // A browser must not guess a script out of somebody's upload.
    append_field(head, "X-Content-Type-Options", "nosniff");
    if (response.status != 204 && response.status != 304) {
        append_field(head, "Content-Length", std::to_string(response.body_size()));
    }
    append_field(head, "Connection", keep_alive ? "keep-alive" : "close");
    head.append("\r\n");
    return head;
}

} // namespace bgerp::http
