#include "tenant_db/modules/data_import/table_store.hpp"

namespace bgerp::data_import {

namespace {

std::string column_in_table(const ImportColumn& column) {
    return column.name == "department" ? "department_id" : std::string(column.name);
}

// All names come from the targets' constant tables.
std::string insert_head(const ImportTarget& target) {
    std::string text = "INSERT INTO " + std::string(target.table) + " (";
    for (const ImportColumn& column : target.columns) {
        text += column_in_table(column) + ", ";
    }
    return text + "import_id)";
}

// Runs into the unique key of the target; a row that another import inserts at this moment is
// waited for.
std::string insert_tail(const ImportTarget& target, const HeaderMap& header, ImportMode mode) {
    if (mode == ImportMode::insert) {
        return {};
    }
    std::string text = " ON DUPLICATE KEY UPDATE import_id = VALUES(import_id)";
    for (std::size_t i = 1; i < target.columns.size(); ++i) {
        if (header.has(i)) {
            const std::string column = column_in_table(target.columns[i]);
            text.append(", ").append(column).append(" = VALUES(").append(column).append(")");
        }
    }
    return text;
}

std::optional<std::size_t> find_department_column(const ImportTarget& target) {
    for (std::size_t i = 0; i < target.columns.size(); ++i) {
        if (target.columns[i].name == "department") {
            return i;
        }
    }
    return std::nullopt;
}

} // namespace

TableStore::TableStore(const ImportTarget& target, const HeaderMap& header, ImportMode mode)
    : target_(target)
    , department_column_(find_department_column(target))
    , insert_(insert_head(target), target.columns.size() + 1, insert_tail(target, header, mode)) {}

KeyStates TableStore::find_keys(
    mysql::Session& session, const std::vector<std::string>& keys, std::uint64_t import_id
) {
    KeyStates existing;
    if (keys.empty()) {
        return existing;
    }
    const std::size_t size = padded_lookup(keys.size());
    mysql::Params params(keys.begin(), keys.end());
    params.resize(size, params.back());
    // By the target's unique key, at READ COMMITTED, without a lock.
    const std::string key(target_.columns.front().name);
    const std::string sql = "SELECT " + key + ", import_id FROM " + std::string(target_.table) +
                            " WHERE " + key + " IN (" + placeholders(size) + ")";
    session.query(sql, params, [&](const mysql::Row& row) {
        const bool own = !row.is_null(1) && row.u64(1) == import_id;
        existing.emplace(row.text(0), own ? KeyState::own : KeyState::other);
    });
    return existing;
}

void TableStore::write(
    mysql::Transaction& transaction,
    const std::vector<const ImportedRow*>& rows,
    std::uint64_t import_id
) {
    departments_.begin_step();
    mysql::Params values;
    values.reserve(rows.size() * (target_.columns.size() + 1));
    for (const ImportedRow* row : rows) {
        for (std::size_t i = 0; i < row->size(); ++i) {
            const auto& value = (*row)[i];
            if (i == department_column_ && value) {
                values.emplace_back(departments_.id_of(transaction, *value));
            } else {
                values.emplace_back(value);
            }
        }
        values.emplace_back(import_id);
    }
    insert_.write(transaction, values);
}

} // namespace bgerp::data_import
