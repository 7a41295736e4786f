#include "tenant_db/modules/data_import/chunk.hpp"

#include "base/csv_writer.hpp"

#include <unordered_set>

namespace bgerp::data_import {

Result<std::size_t> Chunk::read(CsvReader& reader, std::size_t count) {
    entries_.resize(count);
    size_ = 0;
    while (size_ < count) {
        const auto more = reader.next(entries_[size_].record);
        if (!more) {
            return tl::unexpected<Error>(more.error());
        }
        if (!*more) {
            break;
        }
        check(entries_[size_]);
        ++size_;
    }
    return size_;
}

// The number of columns comes first: with another one, nobody knows which field is which.
void Chunk::check(Entry& entry) {
    const std::vector<std::string>& fields = entry.record.fields;
    entry.error.reset();
    if (fields.size() != header_.column_count()) {
        entry.error = column_count_error(header_.column_count(), fields.size());
        return;
    }
    header_.arrange(fields, arranged_);
    auto checked = target_.check(target_, arranged_);
    if (checked) {
        entry.row = std::move(*checked);
    } else {
        entry.error = std::move(checked.error());
    }
}

std::vector<std::string> Chunk::keys() const {
    std::vector<std::string> keys;
    keys.reserve(size_);
    for (std::size_t i = 0; i < size_; ++i) {
        if (!entries_[i].error) {
            keys.push_back(key_of(target_, entries_[i].row));
        }
    }
    return keys;
}

RowError Chunk::key_error(RowErrorCode code) const {
    const std::string key = key_name(target_);
    const std::string field(target_.columns.front().name);
    switch (code) {
    case RowErrorCode::duplicate_in_file:
        return {field, code, "an earlier row has the same " + key};
    case RowErrorCode::unknown_value:
        return {field, code, "there is nothing with this " + field};
    default:
        return {field, code, key + " exists already"};
    }
}

namespace {

void append_error(
    std::string& out, const HeaderMap& header, const CsvRecord& record, const RowError& error
) {
    std::vector<std::string> fields = header.own_fields(record.fields);
    fields.push_back(std::to_string(record.line));
    fields.push_back(error.field);
    fields.emplace_back(row_error_code_name(error.code));
    fields.push_back(error.message);
    append_csv_record(out, fields);
}

} // namespace

Verdict Chunk::judge(const ImportCursor& before, const KeyRule& key_rule) const {
    Verdict verdict;
    verdict.cursor = before;
    ImportCursor& cursor = verdict.cursor;
    std::unordered_set<std::string> taken;
    for (std::size_t i = 0; i < size_; ++i) {
        const Entry& entry = entries_[i];
        std::optional<RowError> error = entry.error;
        if (!error) {
            const std::string key = key_of(target_, entry.row);
            if (taken.contains(key)) {
                error = key_error(RowErrorCode::duplicate_in_file);
            } else if (const auto code = key_rule(key)) {
                error = key_error(*code);
            } else {
                taken.insert(key);
                verdict.accepted.push_back(&entry.row);
            }
        }
        if (error) {
            append_error(verdict.errors, header_, entry.record, *error);
            ++cursor.rejected;
            ++cursor.errors_by_code[std::string(row_error_code_name(error->code))];
        }
    }
    cursor.rows += size_;
    cursor.accepted += verdict.accepted.size();
    if (size_ > 0) {
        cursor.byte_offset = entries_[size_ - 1].record.end_offset;
        cursor.line = entries_[size_ - 1].record.end_line;
    }
    return verdict;
}

} // namespace bgerp::data_import
