#include "core_db/args_key.hpp"

#include "core_db/master_key.hpp"

namespace bgerp::core_db {

Result<std::string> args_key(const SecurityConfig& config, std::uint64_t org_id) {
    return MasterKey::load(config.master_key_file).map([&](const MasterKey& key) {
        return key.derive("job args|" + std::to_string(org_id) + "|1");
    });
}

} // namespace bgerp::core_db
