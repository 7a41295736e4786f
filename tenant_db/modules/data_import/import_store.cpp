#include "tenant_db/modules/data_import/import_store.hpp"

namespace bgerp::data_import {

namespace {

// All statements but the list find one row by its primary key, at READ COMMITTED; the writes and
// the locking read hold that row's lock until the caller's commit, and no other. JSON is read as
// text: the connector knows no type JSON, which MySQL has and MariaDB doesn't.

constexpr const char* insert_sql =
    "INSERT INTO data_import (target, mode, dry_run, mapping, state, file_name, file_bytes, "
    "original_name, job_uuid, errors_by_code) VALUES (?, ?, ?, ?, 'pending', ?, ?, ?, ?, '{}')";

constexpr const char* load_sql =
    "SELECT id, target, mode, dry_run, CAST(mapping AS CHAR), state, file_name, file_bytes, "
    "scanned, byte_offset, line, row_count, accepted, rejected, CAST(errors_by_code AS CHAR), "
    "errors_bytes "
    "FROM data_import WHERE id = ?";

constexpr const char* lock_sql =
    "SELECT byte_offset, row_count, state FROM data_import WHERE id = ? FOR UPDATE";

constexpr const char* scanned_sql =
    "UPDATE data_import SET scanned = 1, state = 'running', started_at = UTC_TIMESTAMP() "
    "WHERE id = ?";

constexpr const char* save_sql =
    "UPDATE data_import SET byte_offset = ?, line = ?, row_count = ?, accepted = ?, rejected = ?, "
    "errors_by_code = ?, errors_bytes = ?, state = ?, "
    "finished_at = IF(state = 'completed', UTC_TIMESTAMP(), NULL) WHERE id = ?";

constexpr const char* fail_sql =
    "UPDATE data_import SET state = 'failed', error_message = ?, error_field = ?, "
    "finished_at = UTC_TIMESTAMP() WHERE id = ?";

// Both as people see an import; the second walks the primary key backwards. An import ends with its
// job, and the queue, which ends jobs, writes to no table but its own: of an import that hasn't
// ended by itself, the job's row tells. One whose job is no longer remembered ended with it.
constexpr const char* show_sql =
    "SELECT i.id, i.target, i.mode, i.dry_run, "
    "IF(i.state IN ('completed', 'failed') OR r.outcome = 'open', i.state, "
    "IF(r.outcome = 'cancelled', 'cancelled', 'failed')), "
    "i.original_name, i.file_bytes, i.row_count, i.accepted, i.rejected, "
    "CAST(i.errors_by_code AS CHAR), "
    "COALESCE(i.error_message, r.error), i.job_uuid, "
    "DATE_FORMAT(i.created_at, '%Y-%m-%dT%H:%i:%sZ'), "
    "COALESCE(DATE_FORMAT(i.finished_at, '%Y-%m-%dT%H:%i:%sZ'), "
    "IF(r.outcome <> 'open', FROM_UNIXTIME(r.finished_at, '%Y-%m-%dT%H:%i:%sZ'), NULL)) "
    "FROM data_import i LEFT JOIN job_run r ON r.uuid = i.job_uuid ";
constexpr const char* show_one = "WHERE i.id = ?";
constexpr const char* show_page = "WHERE i.id < ? ORDER BY i.id DESC LIMIT ?";

const char* mode_name(ImportMode mode) {
    return mode == ImportMode::insert ? "insert" : "upsert";
}

Json parse_column(const std::optional<std::string>& text) {
    return text ? value_or_throw(parse_json(*text)) : Json();
}

ImportRecord record_of(const mysql::Row& row) {
    ImportRecord import;
    import.id = row.u64(0);
    import.target = row.text(1);
    import.mode = row.text(2) == "upsert" ? ImportMode::upsert : ImportMode::insert;
    import.dry_run = row.i64(3) != 0;
    import.mapping = parse_column(row.optional_text(4));
    import.state = row.text(5);
    import.file_name = row.text(6);
    import.file_bytes = row.u64(7);
    import.scanned = row.i64(8) != 0;
    ImportCursor& cursor = import.cursor;
    cursor.byte_offset = row.u64(9);
    cursor.line = row.u64(10);
    cursor.rows = row.u64(11);
    cursor.accepted = row.u64(12);
    cursor.rejected = row.u64(13);
    const Json errors_by_code = parse_column(row.optional_text(14));
    for (const auto& [code, count] : errors_by_code.items()) {
        cursor.errors_by_code[code] = count.get<std::uint64_t>();
    }
    cursor.errors_bytes = row.u64(15);
    return import;
}

Json optional_json(const std::optional<std::string>& text) {
    return text ? Json(*text) : Json();
}

Json view_of(const mysql::Row& row) {
    return {
        {"id", row.u64(0)},
        {"target", row.text(1)},
        {"mode", row.text(2)},
        {"dry_run", row.i64(3) != 0},
        {"state", row.text(4)},
        {"file", optional_json(row.optional_text(5))},
        {"bytes", row.u64(6)},
        {"rows", row.u64(7)},
        {"accepted", row.u64(8)},
        {"rejected", row.u64(9)},
        {"errors", parse_column(row.optional_text(10))},
        {"error", optional_json(row.optional_text(11))},
        {"job", optional_json(row.optional_text(12))},
        {"created_at", optional_json(row.optional_text(13))},
        {"finished_at", optional_json(row.optional_text(14))}};
}

tl::unexpected<Error> no_such_import() {
    return fail(ErrorCode::not_found, "no such import");
}

} // namespace

std::uint64_t insert_import(
    mysql::Transaction& transaction,
    const ImportRecord& import,
    const std::string& original_name,
    const std::string& job_uuid
) {
    const std::optional<std::string> mapping =
        import.mapping.is_object() ? std::optional(to_text(import.mapping)) : std::nullopt;
    transaction.execute(
        insert_sql,
        {import.target,
         mode_name(import.mode),
         import.dry_run,
         mapping,
         import.file_name,
         import.file_bytes,
         original_name,
         job_uuid}
    );
    return transaction.last_insert_id();
}

Result<ImportRecord> load_import(mysql::Session& session, std::uint64_t id) {
    auto import = session.query_one(load_sql, {id}, record_of);
    if (!import) {
        return no_such_import();
    }
    return std::move(*import);
}

Result<Json> show_import(mysql::Session& session, std::uint64_t id) {
    auto import = session.query_one(std::string(show_sql) + show_one, {id}, view_of);
    if (!import) {
        return no_such_import();
    }
    return std::move(*import);
}

std::vector<Json>
list_imports(mysql::Session& session, std::uint64_t before_id, std::size_t limit) {
    std::vector<Json> imports;
    const std::uint64_t before = before_id == 0 ? ~std::uint64_t{0} : before_id;
    session.query(std::string(show_sql) + show_page, {before, limit}, [&](const mysql::Row& row) {
        imports.push_back(view_of(row));
    });
    return imports;
}

Result<void> lock_cursor(mysql::Transaction& transaction, const ImportRecord& import) {
    const auto unmoved = transaction.query_one(lock_sql, {import.id}, [&](const mysql::Row& row) {
        return row.u64(0) == import.cursor.byte_offset && row.u64(1) == import.cursor.rows &&
               row.text(2) != "completed" && row.text(2) != "failed";
    });
    if (!unmoved.value_or(false)) {
        return fail(ErrorCode::lease_lost, "somebody else runs this import now");
    }
    return {};
}

void mark_scanned(mysql::Transaction& transaction, std::uint64_t id) {
    transaction.execute(scanned_sql, {id});
}

void save_cursor(
    mysql::Transaction& transaction, std::uint64_t id, const ImportCursor& cursor, bool completed
) {
    transaction.execute(
        save_sql,
        {cursor.byte_offset,
         cursor.line,
         cursor.rows,
         cursor.accepted,
         cursor.rejected,
         to_text(Json(cursor.errors_by_code)),
         cursor.errors_bytes,
         completed ? "completed" : "running",
         id}
    );
}

void mark_failed(mysql::Transaction& transaction, std::uint64_t id, const Error& error) {
    transaction.execute(fail_sql, {error.message, error.field, id});
}

} // namespace bgerp::data_import
