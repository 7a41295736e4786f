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

constexpr std::size_t nonce_bytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tag_bytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;

using SealKey = std::array<unsigned char, crypto_aead_xchacha20poly1305_ietf_KEYBYTES>;

SealKey seal_key(std::string_view hex) {
    SealKey key{};
    std::size_t size = 0;
    const bool whole =
        sodium_hex2bin(key.data(), key.size(), hex.data(), hex.size(), nullptr, &size, nullptr) ==
            0 &&
        size == key.size();
    if (!whole) {
        throw Failure(ErrorCode::internal, "an encryption key has 64 hexadecimal digits");
    }
    return key;
}

using Mac = std::array<unsigned char, crypto_auth_hmacsha256_BYTES>;

Mac hmac_sha256(std::string_view key, std::string_view text) {
    Mac mac{};
    crypto_auth_hmacsha256_state state{};
    crypto_auth_hmacsha256_init(&state, bytes_of(key), key.size());
    crypto_auth_hmacsha256_update(&state, bytes_of(text), text.size());
    crypto_auth_hmacsha256_final(&state, mac.data());
    return mac;
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
    const Mac mac = hmac_sha256(key, text);
    return to_hex(mac.data(), mac.size());
}

std::string seal_text(std::string_view key_hex, std::string_view text, std::string_view context) {
    ensure_initialised();
    const SealKey key = seal_key(key_hex);
    std::string sealed(nonce_bytes + text.size() + tag_bytes, '\0');
    auto* const bytes = reinterpret_cast<unsigned char*>(sealed.data());
    randombytes_buf(bytes, nonce_bytes);
    crypto_aead_xchacha20poly1305_ietf_encrypt(
        bytes + nonce_bytes,
        nullptr,
        bytes_of(text),
        text.size(),
        bytes_of(context),
        context.size(),
        nullptr,
        bytes,
        key.data()
    );
    constexpr int form = sodium_base64_VARIANT_ORIGINAL;
    std::string base64(sodium_base64_encoded_len(sealed.size(), form), '\0');
    sodium_bin2base64(base64.data(), base64.size(), bytes, sealed.size(), form);
    base64.pop_back(); // the terminator that sodium_bin2base64 writes
    return base64;
}

std::optional<std::string>
open_text(std::string_view key_hex, std::string_view sealed, std::string_view context) {
    ensure_initialised();
    const SealKey key = seal_key(key_hex);
    std::string whole(sealed.size(), '\0');
    auto* const bytes = reinterpret_cast<unsigned char*>(whole.data());
    std::size_t size = 0;
    const bool decoded = sodium_base642bin(
                             bytes,
                             whole.size(),
                             sealed.data(),
                             sealed.size(),
                             nullptr,
                             &size,
                             nullptr,
                             sodium_base64_VARIANT_ORIGINAL
                         ) == 0;
    if (!decoded || size < nonce_bytes + tag_bytes) {
        return std::nullopt;
    }
    std::string text(size - nonce_bytes - tag_bytes, '\0');
    const bool opened = crypto_aead_xchacha20poly1305_ietf_decrypt(
                            reinterpret_cast<unsigned char*>(text.data()),
                            nullptr,
                            nullptr,
                            bytes + nonce_bytes,
                            size - nonce_bytes,
                            bytes_of(context),
                            context.size(),
                            bytes,
                            key.data()
                        ) == 0;
    return opened ? std::optional(std::move(text)) : std::nullopt;
}

std::string hmac_sha256_base64(std::string_view key, std::string_view text) {
    const Mac mac = hmac_sha256(key, text);
    constexpr int variant = sodium_base64_VARIANT_ORIGINAL;
    std::string base64(sodium_base64_ENCODED_LEN(mac.size(), variant), '\0');
    sodium_bin2base64(base64.data(), base64.size(), mac.data(), mac.size(), variant);
    base64.pop_back(); // the terminator
    return base64;
}

std::optional<std::string> from_base64(std::string_view text) {
    std::string bytes(text.size(), '\0'); // more than enough
    std::size_t size = 0;
    const int failed = sodium_base642bin(
        reinterpret_cast<unsigned char*>(bytes.data()),
        bytes.size(),
        text.data(),
        text.size(),
        nullptr,
        &size,
        nullptr,
        sodium_base64_VARIANT_ORIGINAL
    );
    bytes.resize(size);
    return failed == 0 ? std::optional(std::move(bytes)) : std::nullopt;
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
