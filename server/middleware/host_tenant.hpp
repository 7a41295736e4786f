// Which tenant a Host field names, as far as the name alone tells. Pure code; the directory is
// asked by tenancy.hpp.
#pragma once

#include <string>
#include <string_view>

namespace bgerp::server {

struct HostTenant {
    enum class Kind {
        none,    // the base domain itself, an address: the token alone says which tenant
        org,     // `name` is an org_code under the base domain
        domain,  // `name` is some other domain: perhaps a tenant's own
        unknown, // under the base domain, but no org_code
    };

    Kind kind = Kind::none;
    std::string name;
};

/// `host` as the Host field has it, with or without a port. Case and a final dot don't matter.
/// Since host names can't hold an underscore and org codes no hyphen, `acme-eu.<base_domain>` is
/// the tenant `acme_eu`.
[[nodiscard]] HostTenant host_tenant(std::string_view host, std::string_view base_domain);

} // namespace bgerp::server
