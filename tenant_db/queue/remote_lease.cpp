#include "base/json.hpp"
#include "base/signed_text.hpp"
#include "tenant_db/queue/remote_work.hpp"

namespace bgerp::queue {

namespace {

// Written by us and signed, so its form needs no further look; another version's is refused.
constexpr int version = 1;
constexpr std::size_t parts = 7; // and the pass, and when the attempt began

Json pass_json(const RemotePass& pass) {
    Json text = Json::array({pass.tells_breakers});
    for (const RemotePermit& permit : pass.permits) {
        text.push_back(permit.holder);
        text.push_back(permit.key);
    }
    return text;
}

RemotePass pass_of(const Json& text) {
    RemotePass pass;
    pass.tells_breakers = text.at(0).get<bool>();
    for (std::size_t i = 1; i + 1 < text.size(); i += 2) {
        pass.permits.push_back({text[i].get<std::uint64_t>(), text[i + 1].get<std::uint64_t>()});
    }
    return pass;
}

std::string scope_of(std::string_view scope) {
    return "lease\n" + std::string(scope);
}

} // namespace

std::string seal_lease(const RemoteLease& lease, std::string_view scope, std::string_view key) {
    Json text = Json::array(
        {version,
         lease.key.queue,
         lease.key.priority,
         lease.key.id,
         lease.fence.owner,
         lease.fence.attempts,
         lease.ends_at_s}
    );
    text.push_back(pass_json(lease.pass));
    text.push_back(lease.began_ms);
    return sign_text(to_text(text), scope_of(scope), key);
}

Result<RemoteLease>
open_lease(std::string_view sealed, std::string_view scope, std::string_view key) {
    const auto text = open_signed_text(sealed, scope_of(scope), key);
    const Json values = text ? parse_json(*text).value_or(Json()) : Json();
    const bool whole = values.size() >= parts && values.size() <= parts + 2;
    if (!values.is_array() || !whole || values[0] != version) {
        return bgerp::fail(ErrorCode::invalid_argument, "this is no lease of ours", "lease");
    }
    RemoteLease lease;
    lease.key = {
        values[1].get<std::string>(),
        values[2].get<std::int64_t>(),
        values[3].get<std::uint64_t>()};
    lease.fence = {values[4].get<std::uint64_t>(), values[5].get<std::int64_t>()};
    lease.ends_at_s = values[6].get<std::int64_t>();
    if (values.size() > parts) {
        lease.pass = pass_of(values[parts]);
    }
    if (values.size() > parts + 1) {
        lease.began_ms = values[parts + 1].get<std::int64_t>();
    }
    return lease;
}

} // namespace bgerp::queue
