#include "cli/bench_tenants.hpp"

#include "base/ids.hpp"

namespace bgerp::cli {

BenchTenants::BenchTenants(Context& context, std::size_t count)
    : context_(context) {
    const std::string run = "bench_" + random_hex(4) + "_";
    try {
        for (std::size_t i = 1; i <= count; ++i) {
            const std::string code = run + std::to_string(i);
            const CreateOrganization wanted{
                value_or_throw(OrgCode::parse(code)),
                "Benchmark " + code,
                {"base"}};
            tenants_.push_back(
                value_or_throw(context_.provisioning().create(wanted, Context::long_deadline()))
                    .tenant
            );
        }
    } catch (...) { // whatever it was, nothing is left behind
        remove_all();
        throw;
    }
}

BenchTenants::~BenchTenants() {
    remove_all();
}

std::vector<std::string> BenchTenants::codes() const {
    std::vector<std::string> codes;
    for (const Tenant& tenant : tenants_) {
        codes.push_back(tenant.code.str());
    }
    return codes;
}

void BenchTenants::remove_all() noexcept {
    for (const Tenant& tenant : tenants_) {
        try {
            value_or_throw(context_.provisioning().remove(
                tenant.code,
                context_.config().storage.dir,
                Context::long_deadline()
            ));
        } catch (const std::exception& error) {
            context_.output().remark(tenant.code.str() + " was not removed: " + error.what());
        }
    }
    tenants_.clear();
}

} // namespace bgerp::cli
