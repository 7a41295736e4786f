#include "base/json.hpp"
#include "base/signed_text.hpp"
#include "tenant_db/queue/remote_work.hpp"

namespace bgerp::queue {

namespace {

// Written by us and signed, so its form needs no further look; another version's is refused.
constexpr int version = 1;
constexpr std::size_t parts = 7;

std::string scope_of(std::string_view scope) {
    return "lease\n" + std::string(scope);
}

} // namespace

std::string seal_lease(const RemoteLease& lease, std::string_view scope, std::string_view key) {
    const Json text = Json::array(
        {version,
         lease.key.queue,
         lease.key.priority,
         lease.key.id,
         lease.fence.owner,
         lease.fence.attempts,
         lease.ends_at_s}
    );
    return sign_text(to_text(text), scope_of(scope), key);
}

Result<RemoteLease>
open_lease(std::string_view sealed, std::string_view scope, std::string_view key) {
    const auto text = open_signed_text(sealed, scope_of(scope), key);
    const Json values = text ? parse_json(*text).value_or(Json()) : Json();
    if (!values.is_array() || values.size() != parts || values[0] != version) {
        return bgerp::fail(ErrorCode::invalid_argument, "this is no lease of ours", "lease");
    }
    RemoteLease lease;
    lease.key = {
        values[1].get<std::string>(),
        values[2].get<std::int64_t>(),
        values[3].get<std::uint64_t>()};
    lease.fence = {values[4].get<std::uint64_t>(), values[5].get<std::int64_t>()};
    lease.ends_at_s = values[6].get<std::int64_t>();
    return lease;
}

} // namespace bgerp::queue
