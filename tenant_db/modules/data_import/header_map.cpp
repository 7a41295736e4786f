#include "tenant_db/modules/data_import/header_map.hpp"

#include "tenant_db/modules/row_values.hpp"

#include <algorithm>
#include <array>

namespace bgerp::data_import {

namespace {

constexpr std::array<std::string_view, 4> errors_columns{"_line", "_field", "_code", "_message"};

bool is_errors_column(std::string_view title) {
    return std::find(errors_columns.begin(), errors_columns.end(), title) != errors_columns.end();
}

std::optional<std::size_t>
find_column(std::span<const ImportColumn> columns, std::string_view name) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
        if (columns[i].name == name) {
            return i;
        }
    }
    return std::nullopt;
}

// A damaged file's title may be a megabyte; an error message shows the front of it.
std::string shown(std::string_view title) {
    constexpr std::size_t bytes_max = 100;
    if (title.size() <= bytes_max) {
        return std::string(title);
    }
    std::size_t size = bytes_max;
    while (size > 0 && (static_cast<unsigned char>(title[size]) & 0xC0U) == 0x80U) {
        --size; // not within a character
    }
    return std::string(title.substr(0, size)) + "…";
}

tl::unexpected<Error> header_error(std::size_t index, std::string_view title, const char* what) {
    return fail(
        ErrorCode::invalid_argument,
        "line 1, column " + std::to_string(index + 1) + ": \"" + shown(title) + "\" " + what,
        shown(title)
    );
}

// What a title stands for: a field's name, or nothing for a column that is left out.
std::optional<std::string> field_of_title(const std::string& title, const Json& mapping) {
    const std::string plain(trimmed(title));
    if (mapping.is_object() && mapping.contains(plain)) {
        const Json& field = mapping[plain];
        return field.is_string() ? std::optional(field.get<std::string>()) : std::nullopt;
    }
    return column_name_of_header(title);
}

Result<void> check_mapping(const std::vector<std::string>& header, const Json& mapping) {
    if (!mapping.is_object()) {
        return {};
    }
    for (const auto& [title, field] : mapping.items()) {
        const std::string wanted = title;
        if (std::none_of(header.begin(), header.end(), [&](const std::string& given) {
                return trimmed(given) == wanted;
            })) {
            return fail(
                ErrorCode::invalid_argument,
                "the mapping names a column that the file doesn't have: \"" + shown(wanted) + "\"",
                shown(wanted)
            );
        }
    }
    return {};
}

Result<void> check_required(
    std::span<const ImportColumn> columns, const std::vector<std::optional<std::size_t>>& source
) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
        if (columns[i].required && !source[i]) {
            const std::string name(columns[i].name);
            return fail(
                ErrorCode::invalid_argument,
                "line 1: the required column \"" + name + "\" is missing",
                name
            );
        }
    }
    return {};
}

} // namespace

Result<HeaderMap> HeaderMap::make(
    const std::vector<std::string>& header,
    std::span<const ImportColumn> columns,
    const Json& mapping
) {
    if (auto checked = check_mapping(header, mapping); !checked) {
        return tl::unexpected<Error>(checked.error());
    }
    HeaderMap map;
    map.titles_ = header;
    map.source_.resize(columns.size());
    for (std::size_t i = 0; i < header.size(); ++i) {
        if (is_errors_column(trimmed(header[i]))) {
            continue;
        }
        map.own_.push_back(i);
        const auto field = field_of_title(header[i], mapping);
        if (!field) {
            continue;
        }
        const auto column = find_column(columns, *field);
        if (!column) {
            return header_error(i, header[i], "is not a known column");
        }
        if (map.source_[*column]) {
            return header_error(i, header[i], "is there twice");
        }
        map.source_[*column] = i;
    }
    if (auto checked = check_required(columns, map.source_); !checked) {
        return tl::unexpected<Error>(checked.error());
    }
    return map;
}

void HeaderMap::arrange(const std::vector<std::string>& fields, std::vector<std::string_view>& out)
    const {
    out.clear();
    for (const auto& source : source_) {
        out.push_back(source ? std::string_view(fields[*source]) : std::string_view());
    }
}

std::vector<std::string> HeaderMap::errors_header() const {
    std::vector<std::string> header;
    for (const std::size_t column : own_) {
        header.push_back(titles_[column]);
    }
    header.insert(header.end(), errors_columns.begin(), errors_columns.end());
    return header;
}

std::vector<std::string> HeaderMap::own_fields(const std::vector<std::string>& fields) const {
    std::vector<std::string> own;
    const std::size_t surplus = fields.size() > titles_.size() ? fields.size() - titles_.size() : 0;
    for (const std::size_t column : own_) {
        // An errors file's columns stand at the end; what is too much stands before them.
        const std::size_t last = column == own_.back() ? column + surplus : column;
        std::string text = column < fields.size() ? fields[column] : std::string();
        for (std::size_t i = column + 1; i <= last; ++i) {
            text += "," + fields[i];
        }
        own.push_back(std::move(text));
    }
    return own;
}

} // namespace bgerp::data_import
