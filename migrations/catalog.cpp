#include "migrations/catalog.hpp"

#include "migrations/tenant/base/base_migrations.hpp"
#include "migrations/tenant/hr/hr_migrations.hpp"
#include "migrations/tenant/queue/queue_migrations.hpp"
#include "migrations/tenant/reports/reports_migrations.hpp"
#include "migrations/tenant/sales/sales_migrations.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace bgerp::migrations {

namespace {

struct Module {
    const char* name;
    bool required;
    std::vector<Migration> (*migrations)();
};

constexpr std::array modules{
    Module{"base", true, base_migrations},
    Module{"queue", true, queue_migrations},
    Module{"hr", false, hr_migrations},
    Module{"sales", false, sales_migrations},
    Module{"reports", false, reports_migrations},
};

} // namespace

std::vector<std::string> all_modules() {
    std::vector<std::string> names;
    names.reserve(modules.size());
    for (const Module& module : modules) {
        names.emplace_back(module.name);
    }
    return names;
}

std::vector<std::string> required_modules() {
    std::vector<std::string> names;
    for (const Module& module : modules) {
        if (module.required) {
            names.emplace_back(module.name);
        }
    }
    return names;
}

Result<std::vector<std::string>> resolve_modules(const std::vector<std::string>& chosen) {
    const std::vector<std::string> all = all_modules();
    for (const std::string& name : chosen) {
        if (std::find(all.begin(), all.end(), name) == all.end()) {
            return fail(ErrorCode::invalid_argument, "no module '" + name + "'", "modules");
        }
    }
    if (chosen.empty()) {
        return all;
    }
    const std::set<std::string> wanted(chosen.begin(), chosen.end());
    std::vector<std::string> names;
    for (const Module& module : modules) {
        if (module.required || wanted.count(module.name) != 0) {
            names.emplace_back(module.name);
        }
    }
    return names;
}

std::vector<Migration> tenant_migrations(const std::vector<std::string>& chosen) {
    std::vector<Migration> all;
    for (const Module& module : modules) {
        if (std::find(chosen.begin(), chosen.end(), module.name) == chosen.end()) {
            continue;
        }
        for (Migration& migration : module.migrations()) {
            all.push_back(std::move(migration));
        }
    }
    return all;
}

} // namespace bgerp::migrations
