// The door to the platform's own database: one pool of connections under the core account. Made
// once per program and shared by everything in it. Thread-safe.
#pragma once

#include "base/config.hpp"
#include "base/mysql/pool.hpp"
#include "core_db/credentials.hpp"

#include <memory>

namespace bgerp::core_db {

class CoreDatabase {
public:
    /// Reads the master key; connects when first used. Fails as MasterKey::load does.
    [[nodiscard]] static Result<std::unique_ptr<CoreDatabase>> open(const Config& config);

    CoreDatabase(const DatabaseConfig& config, Credentials credentials);

    [[nodiscard]] mysql::Pool& pool() { return pool_; }

    [[nodiscard]] const Credentials& credentials() const { return credentials_; }

private:
    const Credentials credentials_;
    mysql::Pool pool_;
};

} // namespace bgerp::core_db
