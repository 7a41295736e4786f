#include "tenant_db/modules/data_import/seen_keys.hpp"

#include "base/crypto.hpp"

#include <charconv>
#include <string>

namespace bgerp::data_import {

namespace {

std::uint64_t read_hex(std::string_view digits) {
    std::uint64_t number = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), number, 16);
    return number;
}

bool is_free(const std::array<std::uint64_t, 2>& place) {
    return place[0] == 0 && place[1] == 0;
}

} // namespace

bool SeenKeys::contains(std::string_view key) const {
    return !is_free(places_[place_of(digest_of(key))]);
}

void SeenKeys::insert(std::string_view key) {
    if ((count_ + 1) * 4 > places_.size() * 3) {
        grow();
    }
    const Digest digest = digest_of(key);
    Digest& place = places_[place_of(digest)];
    if (is_free(place)) {
        place = digest;
        ++count_;
    }
}

SeenKeys::Digest SeenKeys::digest_of(std::string_view key) {
    const std::string hex = sha256_hex(key);
    const std::string_view digits = hex;
    return {read_hex(digits.substr(0, 16)), read_hex(digits.substr(16, 16))};
}

// Where the digest is, or the free place where it would go.
std::size_t SeenKeys::place_of(const Digest& digest) const {
    const std::size_t mask = places_.size() - 1;
    std::size_t at = static_cast<std::size_t>(digest[0]) & mask;
    while (!is_free(places_[at]) && places_[at] != digest) {
        at = (at + 1) & mask;
    }
    return at;
}

void SeenKeys::grow() {
    std::vector<Digest> old(places_.size() * 2);
    old.swap(places_);
    for (const Digest& digest : old) {
        if (!is_free(digest)) {
            places_[place_of(digest)] = digest;
        }
    }
}

} // namespace bgerp::data_import
