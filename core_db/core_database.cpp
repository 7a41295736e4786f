#include "core_db/core_database.hpp"

namespace bgerp::core_db {

Result<std::unique_ptr<CoreDatabase>> CoreDatabase::open(const Config& config) {
    auto key = MasterKey::load(config.security.master_key_file);
    if (!key) {
        return tl::unexpected(std::move(key.error()));
    }
    return std::make_unique<CoreDatabase>(
        config.database,
        Credentials(config.database, std::move(*key))
    );
}

CoreDatabase::CoreDatabase(const DatabaseConfig& config, Credentials credentials)
    : credentials_(std::move(credentials))
    , pool_(
          credentials_.endpoint(credentials_.core(), config.core_name),
          static_cast<std::size_t>(config.pool_connections_max)
      ) {}

} // namespace bgerp::core_db
