#include "server/http/response.hpp"

namespace bgerp::http {

std::uint64_t Response::body_size() const {
    if (const auto* text = std::get_if<std::string>(&body)) {
        return text->size();
    }
    return std::get<FileBody>(body).length;
}

Response json_response(int status, const Json& value) {
    return text_response(status, "application/json", to_text(value));
}

Response text_response(int status, std::string content_type, std::string text) {
    Response response;
    response.status = status;
    response.headers.add("Content-Type", std::move(content_type));
    response.body = std::move(text);
    return response;
}

Response no_content() {
    Response response;
    response.status = 204;
    return response;
}

Response with_header(Response response, std::string_view name, std::string value) {
    response.headers.set(name, std::move(value));
    return response;
}

} // namespace bgerp::http
