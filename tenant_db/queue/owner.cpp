#include "tenant_db/queue/owner.hpp"

#include "base/crypto.hpp"

#include <cstring>

namespace bgerp::queue {

std::uint64_t new_owner() {
    unsigned char bytes[8] = {};
    random_bytes(bytes, sizeof(bytes));
    std::uint64_t owner = 0;
    std::memcpy(&owner, bytes, sizeof(owner));
    return (owner >> 1U) | 1U;
}

} // namespace bgerp::queue
