#include "server/middleware/host_tenant.hpp"

#include "base/ids.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>

namespace bgerp::server {

namespace {

constexpr std::size_t domain_size_max = 253; // RFC 1035

std::string normalized(std::string_view host) {
    if (host.starts_with('[')) { // an IPv6 address, its colons inside brackets
        host = host.substr(1, host.find(']') == std::string_view::npos ? 0 : host.find(']') - 1);
    } else {
        host = host.substr(0, host.rfind(':'));
    }
    if (host.ends_with('.')) {
        host.remove_suffix(1);
    }
    std::string text(host);
    std::transform(text.begin(), text.end(), text.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return text;
}

bool is_address(const std::string& host) {
    std::array<unsigned char, 16> parsed{};
    return ::inet_pton(AF_INET, host.c_str(), parsed.data()) == 1 ||
           ::inet_pton(AF_INET6, host.c_str(), parsed.data()) == 1;
}

} // namespace

HostTenant host_tenant(std::string_view host, std::string_view base_domain) {
    const std::string name = normalized(host);
    if (name.empty() || name == base_domain || is_address(name)) {
        return {};
    }
    if (name.size() > domain_size_max) {
        return {HostTenant::Kind::unknown, {}};
    }
    const std::string suffix = "." + std::string(base_domain);
    if (!name.ends_with(suffix)) {
        return {HostTenant::Kind::domain, name};
    }
    std::string label = name.substr(0, name.size() - suffix.size());
    std::replace(label.begin(), label.end(), '-', '_');
    const auto code = OrgCode::parse(label);
    if (!code) {
        return {HostTenant::Kind::unknown, {}};
    }
    return {HostTenant::Kind::org, code->str()};
}

} // namespace bgerp::server
