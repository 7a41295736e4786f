#include "server/middleware/host_tenant.hpp"

#include <gtest/gtest.h>

namespace bgerp::server {
namespace {

using Kind = HostTenant::Kind;

constexpr const char* base = "erp.example";

TEST(HostTenantTest, OrgsLiveUnderTheBaseDomain) {
    for (const char* host : {"acme.erp.example", "ACME.ERP.Example:8080", "acme.erp.example."}) {
        const HostTenant tenant = host_tenant(host, base);
        EXPECT_EQ(tenant.kind, Kind::org) << host;
        EXPECT_EQ(tenant.name, "acme") << host;
    }
}

TEST(HostTenantTest, AHyphenStandsForAnUnderscore) {
    EXPECT_EQ(host_tenant("acme-eu.erp.example", base).name, "acme_eu");
    EXPECT_EQ(host_tenant("acme_eu.erp.example", base).name, "acme_eu");
}

TEST(HostTenantTest, TheBaseDomainAndAddressesNameNobody) {
    for (const char* host :
         {"", "erp.example", "erp.example:80", "127.0.0.1:8080", "10.1.2.3", "[::1]:8080", "["}) {
        EXPECT_EQ(host_tenant(host, base).kind, Kind::none) << host;
    }
}

TEST(HostTenantTest, OtherNamesMayBeSomebodysDomain) {
    const HostTenant tenant = host_tenant("Work.Acme.example:443", base);
    EXPECT_EQ(tenant.kind, Kind::domain);
    EXPECT_EQ(tenant.name, "work.acme.example");
    EXPECT_EQ(host_tenant("evilerp.example", base).kind, Kind::domain);
}

TEST(HostTenantTest, WhatCannotBeAnOrgIsUnknown) {
    for (const std::string& host :
         {std::string("1acme.erp.example"),
          std::string("a.erp.example"),
          std::string("a.b.erp.example"),
          std::string(".erp.example"),
          std::string("acme`;.erp.example"),
          std::string(300, 'a') + ".com"}) {
        EXPECT_EQ(host_tenant(host, base).kind, Kind::unknown) << host;
    }
}

} // namespace
} // namespace bgerp::server
