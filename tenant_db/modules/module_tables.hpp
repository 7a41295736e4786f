// Modules are opt-in: an organization without one lacks its tables. Whatever works on a module's
// tables runs inside require_module(), so that this shows as an expected error and not as a broken
// statement. Any thread; blocks as long as the function it runs.
#pragma once

#include "base/mysql/error.hpp"

#include <string>
#include <string_view>

namespace bgerp {

/// What `fn`, which returns a Result, returns; not_found when a table it needs isn't there.
template <class Fn>
auto require_module(std::string_view module, Fn fn) -> decltype(fn()) {
    try {
        return fn();
    } catch (const mysql::DatabaseError& error) {
        if (error.error_class() != mysql::ErrorClass::missing_object) {
            throw;
        }
        return fail(
            ErrorCode::not_found,
            "this organization doesn't have the module " + std::string(module),
            {},
            error.what()
        );
    }
}

} // namespace bgerp
