#include "tenant_db/modules/data_import/attendance_store.hpp"

#include <map>

namespace bgerp::data_import {

namespace {

constexpr const char* insert_head =
    "INSERT INTO attendance (employee_id, work_date, hours, import_id)";

// Runs into the primary key (employee_id, work_date).
constexpr const char* upsert_tail =
    " ON DUPLICATE KEY UPDATE hours = VALUES(hours), import_id = VALUES(import_id)";

// By the unique key on the code.
constexpr const char* employees_head =
    "SELECT employee_code, id FROM employee WHERE employee_code IN (";

// Points of the primary key.
constexpr const char* days_head = "SELECT employee_id, work_date, import_id FROM attendance "
                                  "WHERE (employee_id, work_date) IN (";

// A date has no line break, a code may: the last one parts them.
std::string code_of(const std::string& key) {
    return key.substr(0, key.rfind(key_separator));
}

std::string date_of(const std::string& key) {
    return key.substr(key.rfind(key_separator) + 1);
}

std::string pairs(std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) {
        text += i == 0 ? "(?, ?)" : ", (?, ?)";
    }
    return text;
}

} // namespace

AttendanceStore::AttendanceStore(ImportMode mode)
    : insert_(insert_head, 4, mode == ImportMode::upsert ? upsert_tail : "") {}

KeyStates AttendanceStore::find_keys(
    mysql::Session& session, const std::vector<std::string>& keys, std::uint64_t import_id
) {
    KeyStates states;
    if (keys.empty()) {
        return states;
    }
    read_employees(session, keys);
    std::map<std::pair<std::uint64_t, std::string>, const std::string*> asked;
    for (const std::string& key : keys) {
        const auto employee = employee_ids_.find(code_of(key));
        if (employee == employee_ids_.end()) {
            states.emplace(key, KeyState::unknown);
        } else {
            asked.emplace(std::pair(employee->second, date_of(key)), &key);
        }
    }
    if (asked.empty()) {
        return states;
    }
    mysql::Params params;
    for (const auto& [day, key] : asked) {
        params.emplace_back(day.first);
        params.emplace_back(day.second);
    }
    const std::size_t size = padded_lookup(asked.size());
    while (params.size() < 2 * size) {
        params.push_back(params[params.size() - 2]);
    }
    session.query(days_head + pairs(size) + ")", params, [&](const mysql::Row& row) {
        const bool own = !row.is_null(2) && row.u64(2) == import_id;
        const auto key = asked.find(std::pair(row.u64(0), row.text(1)));
        if (key != asked.end()) {
            states.emplace(*key->second, own ? KeyState::own : KeyState::other);
        }
    });
    return states;
}

void AttendanceStore::read_employees(
    mysql::Session& session, const std::vector<std::string>& keys
) {
    std::vector<std::string> codes;
    codes.reserve(keys.size());
    for (const std::string& key : keys) {
        codes.push_back(code_of(key));
    }
    const std::size_t size = padded_lookup(codes.size());
    mysql::Params params(codes.begin(), codes.end());
    params.resize(size, params.back());
    employee_ids_.clear();
    session.query(employees_head + placeholders(size) + ")", params, [&](const mysql::Row& row) {
        employee_ids_.emplace(row.text(0), row.u64(1));
    });
}

void AttendanceStore::write(
    mysql::Transaction& transaction,
    const std::vector<const ImportedRow*>& rows,
    std::uint64_t import_id
) {
    mysql::Params values;
    for (const ImportedRow* row : rows) {
        values.emplace_back(employee_ids_.at(row->at(0).value()));
        values.emplace_back(row->at(1));
        values.emplace_back(row->at(2));
        values.emplace_back(import_id);
    }
    insert_.write(transaction, values);
}

} // namespace bgerp::data_import
