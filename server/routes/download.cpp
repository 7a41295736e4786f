#include "server/routes/download.hpp"

#include "server/http/byte_range.hpp"
#include "server/http/problem.hpp"

#include <algorithm>

namespace bgerp::server {

namespace {

// A name is ours or a user's: what could end the quoted string must not reach the field.
std::string attachment(const std::string& name) {
    std::string plain = name;
    std::replace_if(
        plain.begin(),
        plain.end(),
        [](char c) { return c == '"' || c == '\\' || c < ' ' || c > '~'; },
        '_'
    );
    return "attachment; filename=\"" + plain + "\"";
}

} // namespace

Result<http::Response> download(
    const Call& call,
    const std::string& path,
    const std::string& content_type,
    const std::string& name
) {
    auto file = http::OpenFile::open(path);
    if (!file) {
        return tl::unexpected<Error>(file.error());
    }
    const std::uint64_t size = (*file)->size();
    const http::ByteRange range = http::byte_range(call.request.headers.find("Range"), size);
    if (range.kind == http::ByteRange::Kind::outside) {
        return http::with_header(
            http::problem_response(
                {416, "range_not_satisfiable", "the file has no such range", {}},
                call.request.request_id
            ),
            "Content-Range",
            "bytes */" + std::to_string(size)
        );
    }
    http::Response response;
    response.headers.add("Content-Type", content_type);
    response.headers.add("Content-Disposition", attachment(name));
    response.headers.add("Accept-Ranges", "bytes");
    response.headers.add("Cache-Control", "private, no-store");
    if (range.kind == http::ByteRange::Kind::part) {
        response.status = 206;
        response.headers.add(
            "Content-Range",
            "bytes " + std::to_string(range.first) + "-" +
                std::to_string(range.first + range.length - 1) + "/" + std::to_string(size)
        );
    }
    response.body = http::FileBody{std::move(*file), range.first, range.length};
    return response;
}

} // namespace bgerp::server
