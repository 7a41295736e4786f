#include "server/middleware/authentication.hpp"

#include "base/crypto.hpp"
#include "server/http/headers.hpp"

namespace bgerp::server {

namespace {

constexpr std::chrono::seconds cached_for{2};
// More clients than this at one time: the cache starts afresh instead of growing.
constexpr std::size_t entries_max = 10'000;
constexpr std::size_t token_size_max = 256;

} // namespace

std::string bearer_token(std::string_view authorization) {
    constexpr std::string_view scheme = "bearer ";
    if (!http::equal_ignoring_case(authorization.substr(0, scheme.size()), scheme)) {
        return {};
    }
    authorization.remove_prefix(scheme.size());
    const std::size_t begin = authorization.find_first_not_of(' ');
    return begin == std::string_view::npos ? std::string()
                                           : std::string(authorization.substr(begin));
}

Authentication::Authentication(mysql::Pool& core, const Clock& clock)
    : core_(core)
    , clock_(clock) {}

Result<core_db::AccessToken>
Authentication::authenticate(const std::string& token, Deadline deadline) {
    if (token.empty() || token.size() > token_size_max) {
        return fail(ErrorCode::unauthorized, "an access token is needed");
    }
    const std::string key = sha256_hex(token);
    const auto now = clock_.steady_now();
    {
        const std::lock_guard lock(mutex_);
        const auto found = entries_.find(key);
        if (found != entries_.end() && now < found->second.until) {
            return found->second.token;
        }
    }
    auto known = core_db::use_access_token(*core_.acquire(deadline), token);
    const std::lock_guard lock(mutex_);
    if (!known) {
        entries_.erase(key);
        return fail(ErrorCode::unauthorized, "the access token is not valid");
    }
    if (entries_.size() >= entries_max) {
        entries_.clear();
    }
    entries_.insert_or_assign(key, Entry{*known, now + cached_for});
    return std::move(*known);
}

void Authentication::forget(const std::string& token) {
    const std::string key = sha256_hex(token);
    const std::lock_guard lock(mutex_);
    entries_.erase(key);
}

} // namespace bgerp::server
