#include "core_db/organization_weight.hpp"

namespace bgerp::core_db {

void set_organization_weight(mysql::Session& session, std::uint64_t org_id, std::uint64_t weight) {
    session.execute("UPDATE organization SET weight = ? WHERE id = ?", {weight, org_id}); // PRIMARY
}

} // namespace bgerp::core_db
