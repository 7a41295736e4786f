// Who is asking: the access token of `Authorization: Bearer …`, looked up in the core database
// behind a cache of two seconds, so that a busy client costs one query in that time and a revoked
// token is out within it. Thread-safe. Blocking.
#pragma once

#include "base/clock.hpp"
#include "base/deadline.hpp"
#include "base/mysql/pool.hpp"
#include "core_db/access_token.hpp"

#include <chrono>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace bgerp::server {

/// The token of an Authorization field; empty when the scheme is another or there is none.
[[nodiscard]] std::string bearer_token(std::string_view authorization);

class Authentication {
public:
    /// The pool is the core account's and must outlive this object.
    Authentication(mysql::Pool& core, const Clock& clock);

    /// unauthorized when the token is unknown, expired or revoked, or its account isn't active or
    /// no member any more. Throws mysql::DatabaseError.
    [[nodiscard]] Result<core_db::AccessToken>
    authenticate(const std::string& token, Deadline deadline);

    /// Drops one token from the cache: it was just revoked here.
    void forget(const std::string& token);

private:
    struct Entry {
        core_db::AccessToken token;
        std::chrono::steady_clock::time_point until;
    };

    mysql::Pool& core_;
    const Clock& clock_;
    std::mutex mutex_;
    std::unordered_map<std::string, Entry> entries_; // by the token's SHA-256
};

} // namespace bgerp::server
