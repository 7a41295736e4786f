// How a file's columns meet a target's: made from the header and the caller's mapping, then asked
// once a record. Columns that our own errors files carry (`_line`, `_field`, `_code`, `_message`)
// are let through and ignored, so that such a file can be mended and imported again. Immutable,
// any thread.
#pragma once

#include "base/json.hpp"
#include "tenant_db/modules/import_column.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bgerp::data_import {

class HeaderMap {
public:
    /// `mapping` is {"csv column": "field"}, a null for the field leaves the column out; columns
    /// not mentioned are matched by name. invalid_argument, with line, column and `field`, for a
    /// column that is unknown, given twice, mapped but not there, or required and missing.
    [[nodiscard]] static Result<HeaderMap> make(
        const std::vector<std::string>& header,
        std::span<const ImportColumn> columns,
        const Json& mapping
    );

    [[nodiscard]] std::size_t column_count() const { return titles_.size(); }

    /// The header's titles as they stand in the file.
    [[nodiscard]] const std::vector<std::string>& titles() const { return titles_; }

    /// Whether the file has the target's column.
    [[nodiscard]] bool has(std::size_t target_column) const {
        return source_.at(target_column).has_value();
    }

    /// A record of column_count() fields in the target's order; absent columns are empty.
    void arrange(const std::vector<std::string>& fields, std::vector<std::string_view>& out) const;

    /// The header of the errors file.
    [[nodiscard]] std::vector<std::string> errors_header() const;

    /// A record's own fields as the errors file repeats them, whatever their number: missing ones
    /// are empty, surplus ones joined by commas into the last column.
    [[nodiscard]] std::vector<std::string> own_fields(const std::vector<std::string>& fields) const;

private:
    HeaderMap() = default;

    std::vector<std::string> titles_;
    std::vector<std::optional<std::size_t>> source_; // per target column: where in the file
    std::vector<std::size_t> own_;                   // columns that are not an errors file's
};

} // namespace bgerp::data_import
