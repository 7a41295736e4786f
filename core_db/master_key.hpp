// The secret that all database passwords are derived from (docs/tenancy.md): 32 random bytes in
// a file that only its owner may read. Nothing derived from it is stored anywhere. Immutable,
// thread-safe; reading and creating block.
#pragma once

#include "base/error.hpp"

#include <string>
#include <string_view>

namespace bgerp::core_db {

class MasterKey {
public:
    /// not_found without the file; forbidden when others than its owner may read it;
    /// invalid_argument when it isn't 64 hexadecimal digits.
    [[nodiscard]] static Result<MasterKey> load(const std::string& path);

    /// The same, after making the file (mode 0600) if there is none. Two programs that do so at
    /// once end up with the same key.
    [[nodiscard]] static Result<MasterKey> load_or_create(const std::string& path);

    /// A password for `purpose`: 64 hexadecimal digits, different for every text.
    [[nodiscard]] std::string derive(std::string_view purpose) const;

private:
    explicit MasterKey(std::string key)
        : key_(std::move(key)) {}

    std::string key_;
};

} // namespace bgerp::core_db
