// Organizations made for one benchmark and removed at its end, whatever happens. One thread.
#pragma once

#include "cli/context.hpp"

#include <string>
#include <vector>

namespace bgerp::cli {

class BenchTenants {
public:
    /// Makes `count` organizations named `bench_…`. Throws Failure, after removing those it made.
    BenchTenants(Context& context, std::size_t count);
    BenchTenants(const BenchTenants&) = delete;
    BenchTenants& operator=(const BenchTenants&) = delete;
    ~BenchTenants();

    [[nodiscard]] const std::vector<Tenant>& all() const { return tenants_; }

    /// Their codes, as bgerp-worker takes them.
    [[nodiscard]] std::vector<std::string> codes() const;

private:
    void remove_all() noexcept;

    Context& context_;
    std::vector<Tenant> tenants_;
};

} // namespace bgerp::cli
