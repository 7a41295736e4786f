#include "base/error.hpp"

#include <array>

namespace bgerp {

namespace {

struct Row {
    ErrorCode code;
    std::string_view name;
    int exit;
    int http;
};

// One table, so that a code can't have a name here and no status there.
constexpr std::array rows{
    Row{ErrorCode::invalid_argument, "invalid_argument", 1, 422},
    Row{ErrorCode::usage, "usage", 2, 400},
    Row{ErrorCode::not_found, "not_found", 3, 404},
    Row{ErrorCode::conflict, "conflict", 4, 409},
    Row{ErrorCode::unauthorized, "unauthorized", 1, 401},
    Row{ErrorCode::forbidden, "forbidden", 1, 403},
    Row{ErrorCode::rate_limited, "rate_limited", 5, 429},
    Row{ErrorCode::too_large, "too_large", 1, 413},
    Row{ErrorCode::lease_lost, "lease_lost", 4, 409},
    Row{ErrorCode::cancelled, "cancelled", 1, 409},
    Row{ErrorCode::timeout, "timeout", 1, 504},
    Row{ErrorCode::unavailable, "unavailable", 5, 503},
    Row{ErrorCode::storage_full, "storage_full", 5, 507},
    Row{ErrorCode::internal, "internal", 1, 500},
};

const Row& row_of(ErrorCode code) {
    for (const Row& row : rows) {
        if (row.code == code) {
            return row;
        }
    }
    return rows.back();
}

} // namespace

std::string_view error_code_name(ErrorCode code) {
    return row_of(code).name;
}

int exit_status(ErrorCode code) {
    return row_of(code).exit;
}

int http_status(ErrorCode code) {
    return row_of(code).http;
}

} // namespace bgerp
