// Organizations made for one benchmark and removed at its end, whatever happens; or, since a
// thousand take a while to make, kept for the next one. One thread.
#pragma once

#include "cli/context.hpp"

#include <string>
#include <vector>

namespace bgerp::cli {

class BenchTenants {
public:
    /// Makes `count` organizations named `bench_…`. With `keep` they are `bench_kept_1` and so on,
    /// taken where they are there already and not removed. Throws Failure, after removing those it
    /// made.
    BenchTenants(Context& context, std::size_t count, bool keep = false);
    BenchTenants(const BenchTenants&) = delete;
    BenchTenants& operator=(const BenchTenants&) = delete;
    ~BenchTenants();

    [[nodiscard]] const std::vector<Tenant>& all() const { return tenants_; }

    /// Their codes, as bgerp-worker takes them.
    [[nodiscard]] std::vector<std::string> codes() const;

private:
    void remove_all() noexcept;

    [[nodiscard]] Tenant make(const OrgCode& code);

    Context& context_;
    const bool keep_;
    std::vector<Tenant> tenants_;
};

} // namespace bgerp::cli
