#include "server/middleware/fields.hpp"

#include <algorithm>

namespace bgerp::server {

namespace {

Result<void> refuse(const std::string& name, const std::string& why) {
    return fail(ErrorCode::invalid_argument, name + " " + why, name);
}

std::string range_text(const Field& field) {
    return std::to_string(field.min) + " to " + std::to_string(field.max);
}

bool within(const Field& field, std::uint64_t size) {
    return size >= static_cast<std::uint64_t>(field.min) &&
           size <= static_cast<std::uint64_t>(field.max);
}

Result<void> check_text(const Json& value, const Field& field, const std::string& name) {
    if (!value.is_string()) {
        return refuse(name, "must be a text");
    }
    if (!within(field, value.get_ref<const std::string&>().size())) {
        return refuse(name, "must have " + range_text(field) + " bytes");
    }
    return {};
}

Result<void> check_integer(const Json& value, const Field& field, const std::string& name) {
    const bool fits = value.is_number_integer() &&
                      (!value.is_number_unsigned() ||
                       value.get<std::uint64_t>() <=
                           static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()));
    if (!fits || value.get<std::int64_t>() < field.min || value.get<std::int64_t>() > field.max) {
        return refuse(name, "must be a whole number from " + range_text(field));
    }
    return {};
}

template <class IsEntry>
Result<void>
check_list(const Json& value, const Field& field, const std::string& name, IsEntry is_entry) {
    if (!value.is_array() || !std::all_of(value.begin(), value.end(), is_entry)) {
        return refuse(name, "must be a list of the right kind");
    }
    if (!within(field, value.size())) {
        return refuse(name, "must have " + range_text(field) + " entries");
    }
    return {};
}

Result<void> check_value(const Json& value, const Field& field, const std::string& name) {
    switch (field.type) {
    case FieldType::text:
        return check_text(value, field, name);
    case FieldType::integer:
        return check_integer(value, field, name);
    case FieldType::boolean:
        return value.is_boolean() ? Result<void>() : refuse(name, "must be true or false");
    case FieldType::object:
        return value.is_object() ? Result<void>() : refuse(name, "must be an object");
    case FieldType::texts:
        return check_list(value, field, name, [](const Json& e) { return e.is_string(); });
    case FieldType::integers:
        return check_list(value, field, name, [](const Json& e) { return e.is_number_integer(); });
    case FieldType::objects:
        return check_list(value, field, name, [](const Json& e) { return e.is_object(); });
    case FieldType::anything:
        return {};
    }
    return refuse(name, "can't be checked");
}

} // namespace

Result<void>
check_fields(const Json& body, std::span<const Field> fields, const std::string& path) {
    if (!body.is_object()) {
        return fail(ErrorCode::invalid_argument, "the body must be a JSON object", path);
    }
    for (const auto& item : body.items()) {
        const auto known = std::find_if(fields.begin(), fields.end(), [&](const Field& field) {
            return field.name == item.key();
        });
        const std::string name = path + item.key();
        if (known == fields.end()) {
            return refuse(name, "is not a field of this request");
        }
        if (!item.value().is_null()) {
            if (auto checked = check_value(item.value(), *known, name); !checked) {
                return checked;
            }
        }
    }
    for (const Field& field : fields) {
        const auto found = body.find(field.name);
        if (field.required && (found == body.end() || found->is_null())) {
            return refuse(path + std::string(field.name), "is required");
        }
    }
    return {};
}

std::optional<std::string> text_field(const Json& body, const char* name) {
    const Json& value = json_field(body, name);
    return value.is_string() ? std::optional(value.get<std::string>()) : std::nullopt;
}

std::optional<std::int64_t> integer_field(const Json& body, const char* name) {
    const Json& value = json_field(body, name);
    return value.is_number_integer() ? std::optional(value.get<std::int64_t>()) : std::nullopt;
}

bool boolean_field(const Json& body, const char* name, bool otherwise) {
    const Json& value = json_field(body, name);
    return value.is_boolean() ? value.get<bool>() : otherwise;
}

const Json& json_field(const Json& body, const char* name) {
    static const Json null;
    const auto found = body.find(name);
    return found == body.end() ? null : *found;
}

} // namespace bgerp::server
