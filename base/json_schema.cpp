#include "base/json_schema.hpp"

#include <rapidjson/document.h>
#include <rapidjson/pointer.h>
#include <rapidjson/schema.h>

namespace bgerp {

struct JsonSchema::Compiled {
    explicit Compiled(rapidjson::Document document)
        : text(std::move(document))
        , rules(text) {}

    rapidjson::Document text; // what the rules were made of, for messages
    rapidjson::SchemaDocument rules;
};

namespace {

std::string place_of(const rapidjson::Pointer& pointer) {
    std::string place;
    for (std::size_t i = 0; i < pointer.GetTokenCount(); ++i) {
        const auto& token = pointer.GetTokens()[i];
        if (token.index != rapidjson::kPointerInvalidIndex) {
            place += "[" + std::to_string(token.index) + "]";
        } else {
            place += (place.empty() ? "" : ".") + std::string(token.name, token.length);
        }
    }
    return place;
}

std::string text_of(const rapidjson::Value& value) {
    return {value.GetString(), value.GetStringLength()};
}

// The first of the required members that isn't there.
std::string missing_member(const rapidjson::Value& rule, const rapidjson::Value& object) {
    const auto required = rule.FindMember("required");
    if (required != rule.MemberEnd() && required->value.IsArray() && object.IsObject()) {
        for (const rapidjson::Value& name : required->value.GetArray()) {
            if (name.IsString() && !object.HasMember(name)) {
                return text_of(name);
            }
        }
    }
    return {};
}

// The first member that the rule doesn't name.
std::string unknown_member(const rapidjson::Value& rule, const rapidjson::Value& object) {
    const auto properties = rule.FindMember("properties");
    if (!object.IsObject()) {
        return {};
    }
    for (const auto& member : object.GetObject()) {
        const bool named = properties != rule.MemberEnd() && properties->value.IsObject() &&
                           properties->value.HasMember(member.name);
        if (!named) {
            return text_of(member.name);
        }
    }
    return {};
}

tl::unexpected<Error> refusal(const std::string& field, const std::string& why) {
    return fail(
        ErrorCode::invalid_argument,
        (field.empty() ? "the value" : field) + " " + why,
        field
    );
}

std::string below(const std::string& place, const std::string& member) {
    return place.empty() || member.empty() ? place + member : place + "." + member;
}

} // namespace

Result<JsonSchema> JsonSchema::compile(std::string_view text) {
    if (!parse_json(text)) { // also the limit on depth
        return fail(ErrorCode::invalid_argument, "a schema is a JSON object");
    }
    rapidjson::Document document;
    document.Parse(text.data(), text.size());
    if (document.HasParseError() || !document.IsObject()) {
        return fail(ErrorCode::invalid_argument, "a schema is a JSON object");
    }
    return JsonSchema(std::make_shared<const Compiled>(std::move(document)));
}

Result<void> JsonSchema::check(const Json& value) const {
    const std::string text = to_text(value);
    rapidjson::Document document;
    document.Parse(text.data(), text.size());
    rapidjson::SchemaValidator validator(compiled_->rules);
    if (!document.HasParseError() && document.Accept(validator)) {
        return {};
    }
    const rapidjson::Pointer pointer = validator.GetInvalidDocumentPointer();
    const std::string place = place_of(pointer);
    const char* const name = validator.GetInvalidSchemaKeyword();
    const std::string keyword = name == nullptr ? "" : name;
    const rapidjson::Value* rule = validator.GetInvalidSchemaPointer().Get(compiled_->text);
    const rapidjson::Value* culprit = pointer.Get(document);
    if (rule != nullptr && rule->IsObject() && culprit != nullptr) {
        if (keyword == "required") {
            return refusal(below(place, missing_member(*rule, *culprit)), "is required");
        }
        if (keyword == "additionalProperties") {
            return refusal(below(place, unknown_member(*rule, *culprit)), "is not known here");
        }
        if (keyword == "type" && rule->HasMember("type") && (*rule)["type"].IsString()) {
            return refusal(place, "must be of type " + text_of((*rule)["type"]));
        }
    }
    return refusal(place, "breaks the rule \"" + keyword + "\"");
}

} // namespace bgerp
