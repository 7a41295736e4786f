// What SQL can be run on: a connection (each statement on its own) or a transaction. Functions that
// must be part of a caller's transaction take `Transaction&`, those that need not take `Session&`.
// All statements are prepared and all values bound; a statement's text is prepared once per
// connection and kept. Not thread-safe: one thread at a time. Blocking.
#pragma once

#include "base/mysql/param.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace bgerp::mysql {

/// The row a query is at; columns count from 0. Valid during the callback alone.
class Row {
public:
    Row() = default;
    Row(const Row&) = delete;
    Row& operator=(const Row&) = delete;
    virtual ~Row() = default;

    [[nodiscard]] virtual bool is_null(unsigned column) const = 0;
    [[nodiscard]] virtual std::int64_t i64(unsigned column) const = 0;
    [[nodiscard]] virtual std::uint64_t u64(unsigned column) const = 0;
    [[nodiscard]] virtual std::string text(unsigned column) const = 0;

    [[nodiscard]] std::optional<std::string> optional_text(unsigned column) const {
        return is_null(column) ? std::nullopt : std::optional(text(column));
    }

    [[nodiscard]] std::optional<std::int64_t> optional_i64(unsigned column) const {
        return is_null(column) ? std::nullopt : std::optional(i64(column));
    }
};

using RowCallback = std::function<void(const Row&)>;

class Session {
public:
    Session() = default;
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    virtual ~Session() = default;

    /// Runs a statement that returns no rows. Returns the rows it matched (found, not changed: an
    /// UPDATE that sets what is there already counts), or inserted or deleted. Throws
    /// DatabaseError.
    virtual std::uint64_t execute(std::string_view sql, const Params& params = {}) = 0;

    /// Runs a statement and calls back once a row. The whole result is held in memory by the
    /// client library: bound it with LIMIT. Throws DatabaseError.
    virtual void query(std::string_view sql, const Params& params, const RowCallback& on_row) = 0;

    /// The AUTO_INCREMENT value of this session's last INSERT (of several rows: the first).
    [[nodiscard]] virtual std::uint64_t last_insert_id() = 0;

    /// The first row mapped by `map`, or nothing.
    template <class Map>
    auto query_one(std::string_view sql, const Params& params, Map map)
        -> std::optional<decltype(map(std::declval<const Row&>()))> {
        std::optional<decltype(map(std::declval<const Row&>()))> found;
        query(sql, params, [&](const Row& row) {
            if (!found) {
                found.emplace(map(row));
            }
        });
        return found;
    }
};

} // namespace bgerp::mysql
