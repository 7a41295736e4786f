#include "cli/bench_tenants.hpp"

#include "base/ids.hpp"

namespace bgerp::cli {

BenchTenants::BenchTenants(Context& context, std::size_t count, bool keep)
    : context_(context)
    , keep_(keep) {
    const std::string run = "bench_" + (keep ? "kept" : random_hex(4)) + "_";
    try {
        for (std::size_t i = 1; i <= count; ++i) {
            const OrgCode code = value_or_throw(OrgCode::parse(run + std::to_string(i)));
            Result<Tenant> there = fail(ErrorCode::not_found, "none is wanted");
            if (keep) {
                there = context_.directory().find_active(code, Context::short_deadline());
            }
            tenants_.push_back(there ? std::move(*there) : make(code));
        }
    } catch (...) { // whatever it was, nothing is left behind
        remove_all();
        throw;
    }
}

Tenant BenchTenants::make(const OrgCode& code) {
    const CreateOrganization wanted{code, "Benchmark " + code.str(), {"base"}};
    return value_or_throw(context_.provisioning().create(wanted, Context::long_deadline())).tenant;
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
    if (keep_) {
        return;
    }
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
