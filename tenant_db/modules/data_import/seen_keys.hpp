// Which keys a dry run has accepted so far. It can't ask the database, because it writes no rows
// there, so it keeps 128 bits of each key's SHA-256: 32 bytes a key at worst, and a false
// "seen" in 10^27 rows or so. Not thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace bgerp::data_import {

class SeenKeys {
public:
    [[nodiscard]] bool contains(std::string_view key) const;

    void insert(std::string_view key);

private:
    using Digest = std::array<std::uint64_t, 2>; // {0, 0} marks a free place

    [[nodiscard]] static Digest digest_of(std::string_view key);
    [[nodiscard]] std::size_t place_of(const Digest& digest) const;
    void grow();

    std::vector<Digest> places_ = std::vector<Digest>(1024); // a power of two, at most 3/4 full
    std::size_t count_ = 0;
};

} // namespace bgerp::data_import
