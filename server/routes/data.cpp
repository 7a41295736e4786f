#include "server/routes/data.hpp"

#include "tenant_db/data/parse_query.hpp"
#include "tenant_db/data/read_rows.hpp"
#include "tenant_db/data/resource.hpp"

namespace bgerp::server {

namespace {

Result<const data::Resource*> resource_of(const Call& call) {
    const data::Resource* resource = data::find_resource(call.path_param());
    if (resource == nullptr || !call.tenant->has_module(std::string(resource->module))) {
        return fail(ErrorCode::not_found, "there is no such table");
    }
    return resource;
}

void append_encoded(std::string& url, std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool plain = (byte < 0x80 && std::isalnum(byte) != 0) ||
                           std::string_view("-._~").find(c) != std::string_view::npos;
        if (plain) {
            url.push_back(c);
        } else {
            url.push_back('%');
            url.push_back(digits[byte >> 4U]);
            url.push_back(digits[byte & 0xfU]);
        }
    }
}

// The request's own path and query with another cursor.
std::string next_link(const Call& call, const std::string& cursor) {
    std::string url = "<" + call.request.target.path + "?";
    for (const auto& [name, value] : call.request.target.query) {
        if (name != "cursor") {
            append_encoded(url, name);
            url.push_back('=');
            append_encoded(url, value);
            url.push_back('&');
        }
    }
    return url + "cursor=" + cursor + ">; rel=\"next\"";
}

std::shared_ptr<const data::TableShape>
shape_of(Call& call, mysql::Session& session, const data::Resource& resource) {
    return call.services.shapes.get(session, call.tenant->database, std::string(resource.name));
}

} // namespace

Result<http::Response> list_resources(Call& call) {
    Json tables = Json::array();
    for (const auto& resource : data::all_resources()) {
        if (call.tenant->has_module(std::string(resource.module))) {
            tables.push_back({{"name", resource.name}, {"module", resource.module}});
        }
    }
    return http::json_response(200, {{"tables", std::move(tables)}});
}

Result<http::Response> read_table(Call& call) {
    const auto resource = resource_of(call);
    if (!resource) {
        return tl::unexpected<Error>(resource.error());
    }
    const auto query = data::parse_query(call.request.target.query);
    if (!query) {
        return tl::unexpected<Error>(query.error());
    }
    const auto session = call.pool->acquire(call.deadline());
    const auto shape = shape_of(call, *session, **resource);
    const auto page =
        data::read_page(*session, call.tenant->database, *shape, *query, call.services.cursor_key);
    if (!page) {
        return tl::unexpected<Error>(page.error());
    }
    http::Response response = http::json_response(200, page->rows);
    if (!page->next.empty()) {
        response.headers.add("Link", next_link(call, page->next));
    }
    if (call.request.headers.find("Prefer").find("count=exact") != std::string_view::npos) {
        const auto count = data::count_rows(*session, *shape, *query);
        if (!count) {
            return tl::unexpected<Error>(count.error());
        }
        response.headers.add("Content-Range", "*/" + std::to_string(*count));
    }
    return response;
}

Result<http::Response> read_row(Call& call) {
    const auto resource = resource_of(call);
    if (!resource) {
        return tl::unexpected<Error>(resource.error());
    }
    const auto session = call.pool->acquire(call.deadline());
    const auto shape = shape_of(call, *session, **resource);
    if (shape->primary_key.size() != 1) {
        return fail(ErrorCode::not_found, "rows of this table have no single id");
    }
    data::DataQuery query;
    data::Condition is_it;
    is_it.kind = data::Condition::Kind::compare;
    is_it.column = shape->primary_key.front();
    is_it.values = {call.path_param(1)};
    query.where.parts.push_back(std::move(is_it));
    query.limit = 1;
    const auto page =
        data::read_page(*session, call.tenant->database, *shape, query, call.services.cursor_key);
    if (!page || page->rows.empty()) {
        return fail(ErrorCode::not_found, "there is no such row");
    }
    return http::json_response(200, page->rows.front());
}

} // namespace bgerp::server
