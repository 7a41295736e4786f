// An import as its row in `data_import` holds it: what was asked for, and how far it is. The row is
// the import's memory between steps, so that whoever runs it next goes on where the last step
// committed. A value type.
#pragma once

#include "base/json.hpp"

#include <cstdint>
#include <map>
#include <string>

namespace bgerp::data_import {

enum class ImportMode { insert, upsert };

/// How far an import is. Everything in it moves in one transaction with the rows it counts.
struct ImportCursor {
    std::uint64_t byte_offset = 0; // the end of the last record that is done with
    std::uint64_t line = 1;        // the line at byte_offset
    std::uint64_t rows = 0;
    std::uint64_t accepted = 0;
    std::uint64_t rejected = 0;
    std::map<std::string, std::uint64_t> errors_by_code;
    std::uint64_t errors_bytes = 0; // of the errors file
};

struct ImportRecord {
    std::uint64_t id = 0;
    std::string target;
    ImportMode mode = ImportMode::insert;
    bool dry_run = false;
    Json mapping;
    std::string state; // pending, running, completed, failed
    std::string file_name;
    std::uint64_t file_bytes = 0;
    bool scanned = false; // the whole file was found readable
    ImportCursor cursor;

    /// Of the errors file, in the tenant's storage.
    [[nodiscard]] std::string errors_file_name() const {
        return "imports/" + std::to_string(id) + ".errors.csv";
    }
};

/// {"rows","accepted","rejected","errors":{code: rows}} and, when rows were rejected,
/// "errors_file".
[[nodiscard]] Json import_output(const ImportRecord& import);

} // namespace bgerp::data_import
