#include "server/middleware/openapi.hpp"

#include <algorithm>

namespace bgerp::server {

namespace {

constexpr const char* api_version = "1";

Json list_schema(const Field& field, const char* entry_type) {
    return {
        {"type", "array"},
        {"items", {{"type", entry_type}}},
        {"minItems", field.min},
        {"maxItems", field.max}};
}

Json field_schema(const Field& field) {
    switch (field.type) {
    case FieldType::text:
        return {{"type", "string"}, {"minLength", field.min}, {"maxLength", field.max}};
    case FieldType::integer:
        return {{"type", "integer"}, {"minimum", field.min}, {"maximum", field.max}};
    case FieldType::boolean:
        return {{"type", "boolean"}};
    case FieldType::object:
        return {{"type", "object"}};
    case FieldType::texts:
        return list_schema(field, "string");
    case FieldType::integers:
        return list_schema(field, "integer");
    case FieldType::objects:
        return list_schema(field, "object");
    case FieldType::anything:
        return Json::object();
    }
    return Json::object();
}

Json body_schema(std::span<const Field> fields) {
    Json properties = Json::object();
    Json required = Json::array();
    for (const Field& field : fields) {
        properties[std::string(field.name)] = field_schema(field);
        if (field.required) {
            required.push_back(field.name);
        }
    }
    Json schema = {{"type", "object"}, {"properties", properties}, {"additionalProperties", false}};
    if (!required.empty()) {
        schema["required"] = required;
    }
    return schema;
}

Json request_body(const Endpoint& endpoint) {
    if (endpoint.body == BodyKind::upload) {
        return {
            {"required", true},
            {"content", {{"text/csv", {{"schema", {{"type", "string"}}}}}}}};
    }
    const bool required =
        std::any_of(endpoint.fields.begin(), endpoint.fields.end(), [](const Field& field) {
            return field.required;
        });
    return {
        {"required", required},
        {"content", {{"application/json", {{"schema", body_schema(endpoint.fields)}}}}}};
}

void append_parameter(Json& parameters, std::string_view name, const char* in, const Json& more) {
    Json parameter = {{"name", name}, {"in", in}, {"schema", {{"type", "string"}}}};
    parameter.update(more);
    parameters.push_back(std::move(parameter));
}

Json parameters_of(const Endpoint& endpoint) {
    Json parameters = Json::array();
    std::string_view path = endpoint.path;
    for (std::size_t open = path.find('{'); open != std::string_view::npos; open = path.find('{')) {
        const std::size_t close = path.find('}', open);
        append_parameter(
            parameters,
            path.substr(open + 1, close - open - 1),
            "path",
            {{"required", true}}
        );
        path.remove_prefix(close + 1);
    }
    for (const QueryParam& param : endpoint.query) {
        append_parameter(parameters, param.name, "query", {{"description", param.about}});
    }
    if (endpoint.idempotent) {
        append_parameter(
            parameters,
            "Idempotency-Key",
            "header",
            {{"description", "the same key and body again give the same answer, once done"}}
        );
    }
    return parameters;
}

Json operation(const Endpoint& endpoint) {
    Json document = {
        {"summary", endpoint.summary},
        {"responses",
         {{std::to_string(endpoint.success), {{"description", "done"}}},
          {"default", {{"$ref", "#/components/responses/Problem"}}}}}};
    if (Json parameters = parameters_of(endpoint); !parameters.empty()) {
        document["parameters"] = std::move(parameters);
    }
    if (endpoint.body != BodyKind::none) {
        document["requestBody"] = request_body(endpoint);
    }
    if (endpoint.access == Access::token) {
        document["security"] = Json::array({{{"token", Json::array()}}});
        document["x-ability"] = endpoint.ability;
    }
    return document;
}

Json components() {
    const Json text = {{"type", "string"}};
    return {
        {"securitySchemes", {{"token", {{"type", "http"}, {"scheme", "bearer"}}}}},
        {"responses",
         {{"Problem",
           {{"description", "an error (RFC 9457)"},
            {"content",
             {{"application/problem+json",
               {{"schema", {{"$ref", "#/components/schemas/Problem"}}}}}}}}}}},
        {"schemas",
         {{"Problem",
           {{"type", "object"},
            {"required", {"type", "title", "status", "code", "request_id"}},
            {"properties",
             {{"type", text},
              {"title", text},
              {"status", {{"type", "integer"}}},
              {"code", text},
              {"detail", text},
              {"field", text},
              {"request_id", text}}}}}}}};
}

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return out;
}

} // namespace

Json openapi_document(std::span<const Endpoint> endpoints) {
    Json paths = Json::object();
    for (const Endpoint& endpoint : endpoints) {
        paths[std::string(endpoint.path)][lower(http::method_name(endpoint.method))] =
            operation(endpoint);
    }
    return {
        {"openapi", "3.1.0"},
        {"info", {{"title", "bgerp"}, {"version", api_version}}},
        {"paths", std::move(paths)},
        {"components", components()}};
}

} // namespace bgerp::server
