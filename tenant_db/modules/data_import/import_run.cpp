#include "tenant_db/modules/data_import/import_run.hpp"

#include "tenant_db/modules/data_import/import_store.hpp"
#include "tenant_db/modules/data_import/prescan.hpp"
#include "tenant_db/modules/data_import/run_import.hpp"

namespace bgerp::data_import {

namespace {

// A step takes tens of milliseconds; what takes this long hangs on somebody's lock.
constexpr std::chrono::seconds step_limit{60};

// How often a step runs again because another import inserted one of its keys in between.
constexpr int races_max = 20;

Deadline step_deadline() {
    return Deadline::after(step_limit);
}

ImportRecord starting_over_if_dry(ImportRecord import) {
    if (import.dry_run) {
        import.cursor = ImportCursor{};
    }
    return import;
}

} // namespace

ImportRun::ImportRun(
    mysql::Pool& pool,
    JobControl& control,
    std::string path,
    std::string errors_path,
    const ImportTarget& target,
    ImportRecord import
)
    : pool_(pool)
    , control_(control)
    , path_(std::move(path))
    , target_(target)
    , import_(starting_over_if_dry(std::move(import)))
    , errors_file_(std::move(errors_path), import_.cursor.errors_bytes) {}

Result<Json> ImportRun::run() {
    auto header = check_file();
    if (!header) {
        return tl::unexpected<Error>(header.error());
    }
    if (auto loaded = load(*header); !loaded) {
        return tl::unexpected<Error>(loaded.error());
    }
    return finish();
}

Result<HeaderMap> ImportRun::check_file() {
    auto header = read_header(path_, target_, import_.mapping, import_.cursor);
    if (!header) {
        return header;
    }
    if (import_.scanned) {
        return header;
    }
    control_.progress(0, "checking the file");
    if (auto scanned = scan_records(path_, *header, import_.cursor, control_); !scanned) {
        return tl::unexpected<Error>(scanned.error());
    }
    const auto marked = mysql::with_transaction(
        pool_,
        step_deadline(),
        [&](mysql::Transaction& transaction) -> Result<void> {
            mark_scanned(transaction, import_.id);
            save_cursor(transaction, import_.id, import_.cursor, false);
            return control_.checkpoint(transaction);
        }
    );
    if (!marked) {
        return tl::unexpected<Error>(marked.error());
    }
    return header;
}

Result<void> ImportRun::load(const HeaderMap& header) {
    auto reader = open_at(path_, header, import_.cursor);
    if (!reader) {
        return tl::unexpected<Error>(reader.error());
    }
    Chunk chunk(target_, header);
    const auto store = make_target_store(target_, header, import_.mode);
    for (;;) {
        if (control_.stop_requested()) {
            return fail(ErrorCode::cancelled, "stopped between two steps of the import");
        }
        const auto count = chunk.read(*reader, chunk_records);
        if (!count) {
            return tl::unexpected<Error>(count.error());
        }
        if (*count == 0) {
            return {};
        }
        if (auto loaded = load_step(chunk, *store, header); !loaded) {
            return loaded;
        }
        report_progress();
    }
}

Result<void> ImportRun::load_step(Chunk& chunk, TargetStore& store, const HeaderMap& header) {
    auto verdict = try_step(chunk, store, header);
    if (!verdict) {
        return tl::unexpected<Error>(verdict.error());
    }
    store.commit_step();
    if (import_.dry_run) {
        for (const ImportedRow* row : verdict->accepted) {
            seen_.insert(key_of(target_, *row));
        }
    }
    import_.cursor = std::move(verdict->cursor);
    errors_file_.advance(import_.cursor.errors_bytes);
    return {};
}

// A unique key that another import took between our look and our insert: look again.
Result<Verdict>
ImportRun::try_step(const Chunk& chunk, TargetStore& store, const HeaderMap& header) {
    for (int race = 1;; ++race) {
        try {
            return mysql::with_transaction(
                pool_,
                step_deadline(),
                [&](mysql::Transaction& transaction) {
                    return write_step(transaction, chunk, store, header);
                }
            );
        } catch (const mysql::DatabaseError& error) {
            if (error.error_class() != mysql::ErrorClass::duplicate_key || race == races_max) {
                throw;
            }
        }
    }
}

Result<Verdict> ImportRun::write_step(
    mysql::Transaction& transaction, const Chunk& chunk, TargetStore& store, const HeaderMap& header
) {
    if (!import_.dry_run) {
        if (auto locked = lock_cursor(transaction, import_); !locked) {
            return tl::unexpected<Error>(locked.error());
        }
    }
    const KeyStates states = store.find_keys(transaction, chunk.keys(), import_.id);
    Verdict verdict = chunk.judge(import_.cursor, [&](const std::string& key) {
        return refuse_key(states, key);
    });
    const auto errors_bytes = errors_file_.write_step(header, verdict.errors);
    if (!errors_bytes) {
        return tl::unexpected<Error>(errors_bytes.error());
    }
    verdict.cursor.errors_bytes = *errors_bytes;
    if (!import_.dry_run) {
        store.write(transaction, verdict.accepted, import_.id);
        save_cursor(transaction, import_.id, verdict.cursor, false);
    }
    if (auto mine = control_.checkpoint(transaction); !mine) {
        return tl::unexpected<Error>(mine.error());
    }
    return verdict;
}

std::optional<RowErrorCode>
ImportRun::refuse_key(const KeyStates& states, const std::string& key) const {
    if (import_.dry_run && seen_.contains(key)) {
        return RowErrorCode::duplicate_in_file;
    }
    const auto state = states.find(key);
    if (state == states.end()) {
        return std::nullopt;
    }
    switch (state->second) {
    case KeyState::own: // in an earlier step
        return RowErrorCode::duplicate_in_file;
    case KeyState::unknown:
        return RowErrorCode::unknown_value;
    case KeyState::other:
        break;
    }
    return import_.mode == ImportMode::insert ? std::optional(RowErrorCode::already_exists)
                                              : std::nullopt;
}

Result<Json> ImportRun::finish() {
    if (auto cut = errors_file_.cut(); !cut) {
        return tl::unexpected<Error>(cut.error());
    }
    Json output = import_output(import_);
    const auto finished = mysql::with_transaction(
        pool_,
        step_deadline(),
        [&](mysql::Transaction& transaction) -> Result<void> {
            save_cursor(transaction, import_.id, import_.cursor, true);
            return control_.complete(transaction, output);
        }
    );
    if (!finished) {
        return tl::unexpected<Error>(finished.error());
    }
    return output;
}

void ImportRun::report_progress() {
    const std::uint64_t all = std::max<std::uint64_t>(import_.file_bytes, 1);
    const std::uint64_t done = std::min(import_.cursor.byte_offset, all);
    control_.progress(
        static_cast<int>(done * 100 / all),
        std::to_string(import_.cursor.rows) + " rows"
    );
}

} // namespace bgerp::data_import
