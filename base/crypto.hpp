// The few cryptographic functions the platform needs, all from libsodium: random bytes, SHA-256,
// HMAC-SHA-256, authenticated encryption and argon2id password hashes. Thread-safe.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace bgerp {

void random_bytes(unsigned char* into, std::size_t size);

[[nodiscard]] std::string to_hex(const unsigned char* bytes, std::size_t size);

/// Hexadecimal SHA-256 of `text`.
[[nodiscard]] std::string sha256_hex(std::string_view text);

/// SHA-256 of what comes in pieces. Not thread-safe.
class Sha256 {
public:
    Sha256();
    ~Sha256();
    Sha256(const Sha256&) = delete;
    Sha256& operator=(const Sha256&) = delete;

    void add(std::string_view piece);

    /// Hexadecimal, of all pieces together. To be called once, last.
    [[nodiscard]] std::string finish_hex();

private:
    struct State;

    std::unique_ptr<State> state_;
};

/// Hexadecimal HMAC-SHA-256 of `text` under `key` (any length).
[[nodiscard]] std::string hmac_sha256_hex(std::string_view key, std::string_view text);

/// The same as base64.
[[nodiscard]] std::string hmac_sha256_base64(std::string_view key, std::string_view text);

/// Nothing for what isn't base64.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

/// `text` encrypted and authenticated (XChaCha20-Poly1305, a random nonce) as base64. Opens only
/// under the same key and together with the same `context`, which is not part of it. `key_hex` are
/// 64 hexadecimal digits; anything else throws Failure.
[[nodiscard]] std::string
seal_text(std::string_view key_hex, std::string_view text, std::string_view context);

/// What seal_text sealed; nothing when the key or the context is another, or a byte was changed.
[[nodiscard]] std::optional<std::string>
open_text(std::string_view key_hex, std::string_view sealed, std::string_view context);

/// An argon2id hash in its own text form, at libsodium's interactive limits (about 50 ms, 64 MiB).
/// Throws Failure when the memory can't be had.
[[nodiscard]] std::string hash_password(std::string_view password);

[[nodiscard]] bool verify_password(const std::string& hash, std::string_view password);

/// Compares without telling by its time where the texts differ.
[[nodiscard]] bool equal_constant_time(std::string_view a, std::string_view b);

} // namespace bgerp
