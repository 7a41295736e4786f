#include "base/crypto.hpp"

#include "base/error.hpp"

#include <array>
#include <sodium.h>

namespace bgerp {

namespace {

// libsodium asks to be initialised before first use; the call is idempotent and thread-safe.
void ensure_initialised() {
    static const int state = sodium_init();
    if (state < 0) {
        throw Failure(ErrorCode::internal, "libsodium can't be initialised");
    }
}

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

} // namespace

void random_bytes(unsigned char* into, std::size_t size) {
    ensure_initialised();
    randombytes_buf(into, size);
}

std::string to_hex(const unsigned char* bytes, std::size_t size) {
    std::string text(size * 2 + 1, '\0');
    sodium_bin2hex(text.data(), text.size(), bytes, size);
    text.pop_back(); // the terminator that sodium_bin2hex writes
    return text;
}

std::string sha256_hex(std::string_view text) {
    std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
    crypto_hash_sha256(hash.data(), bytes_of(text), text.size());
    return to_hex(hash.data(), hash.size());
}

struct Sha256::State {
    crypto_hash_sha256_state sha{};
};

Sha256::Sha256()
    : state_(std::make_unique<State>()) {
    crypto_hash_sha256_init(&state_->sha);
}

Sha256::~Sha256() = default;

void Sha256::add(std::string_view piece) {
    crypto_hash_sha256_update(&state_->sha, bytes_of(piece), piece.size());
}

std::string Sha256::finish_hex() {
    std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
    crypto_hash_sha256_final(&state_->sha, hash.data());
    return to_hex(hash.data(), hash.size());
}

std::string hmac_sha256_hex(std::string_view key, std::string_view text) {
    std::array<unsigned char, crypto_auth_hmacsha256_BYTES> mac{};
    crypto_auth_hmacsha256_state state{};
    crypto_auth_hmacsha256_init(&state, bytes_of(key), key.size());
    crypto_auth_hmacsha256_update(&state, bytes_of(text), text.size());
    crypto_auth_hmacsha256_final(&state, mac.data());
    return to_hex(mac.data(), mac.size());
}

std::string hash_password(std::string_view password) {
    ensure_initialised();
    std::array<char, crypto_pwhash_STRBYTES> hash{};
    const int failed = crypto_pwhash_str(
        hash.data(),
        password.data(),
        password.size(),
        crypto_pwhash_OPSLIMIT_INTERACTIVE,
        crypto_pwhash_MEMLIMIT_INTERACTIVE
    );
    if (failed != 0) {
        throw Failure(ErrorCode::unavailable, "out of memory while hashing a password");
    }
    return hash.data();
}

bool verify_password(const std::string& hash, std::string_view password) {
    ensure_initialised();
    return crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0;
}

bool equal_constant_time(std::string_view a, std::string_view b) {
    return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

} // namespace bgerp
