#include "tenant_db/queue/union_slices.hpp"

#include "base/log.hpp"
#include "base/mysql/error.hpp"

#include <algorithm>

namespace bgerp::queue {

namespace {

constexpr std::size_t databases_per_statement = 100;

using Ask = std::function<void(std::size_t from, std::size_t to)>;

void ask_slice(
    const std::vector<std::string>& databases, std::size_t from, std::size_t to, const Ask& ask
) {
    try {
        ask(from, to);
    } catch (const mysql::DatabaseError& error) {
        const bool one_is_missing = error.error_class() == mysql::ErrorClass::missing_object ||
                                    error.error_class() == mysql::ErrorClass::access_denied;
        if (!one_is_missing) {
            throw;
        }
        if (to - from == 1) {
            log_debug("database skipped by a probe", {{"database", databases[from]}});
            return;
        }
        const std::size_t middle = from + (to - from) / 2;
        ask_slice(databases, from, middle, ask);
        ask_slice(databases, middle, to, ask);
    }
}

} // namespace

void in_union_slices(const std::vector<std::string>& databases, const Ask& ask) {
    for (std::size_t from = 0; from < databases.size(); from += databases_per_statement) {
        ask_slice(databases, from, std::min(databases.size(), from + databases_per_statement), ask);
    }
}

} // namespace bgerp::queue
