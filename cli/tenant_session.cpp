#include "cli/tenant_session.hpp"

#include "core_db/worker_registry.hpp"

namespace bgerp::cli {

namespace {

// Workers renew their rows every few seconds.
constexpr std::chrono::seconds alive_for{15};

} // namespace

TenantSession::TenantSession(Context& context, const std::string& org)
    : context_(context)
    , org_(org)
    , pool_(context.pools().pool(context.active_tenant(org), Context::short_deadline()))
    , storage_(context.config().storage.dir, value_or_throw(OrgCode::parse(org)))
    , doorbell_(context.core().pool()) {}

std::size_t TenantSession::live_workers() {
    return core_db::list_workers(*context_.core_connection(), alive_for).size();
}

} // namespace bgerp::cli
